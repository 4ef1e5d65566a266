"""Where a person, a quota or the market says no."""
import harness


def waits_for_an_admin():
    with harness.Story() as story:
        story.configure(auto_approve=False)
        web = story.deploy("web", code=3)
        story.check(web["status"] == "awaiting_approval", web)
        story.check(float(web["estimated_cost"]) > 0 and web["currency"] == "USD", web)
        before = story.rows("SELECT * FROM deployment")
        refused = story.berth("--as", "bob", "approve", web["deployment_id"], code=4)
        story.check("ann" in refused.err, refused)
        story.berth("--as", "ann", "approve", "nosuchdeployment", code=2)
        story.check(story.rows("SELECT * FROM deployment") == before, "a refused approval changed it")
        story.berth("--as", "ann", "approve", web["deployment_id"], code=0)
        story.berth("run", "--once", code=0)
        done = story.berth("--json", "status", web["deployment_id"], code=0).document()
        story.check(done["status"] == "succeeded" and done["approved_by"] == "ann", done)
        story.check(story.audit()[0]["approved_by"] == "ann", story.audit())
        story.berth("--as", "ann", "approve", web["deployment_id"], code=4)  # not pending
        story.check_no_leaks()


def keeps_the_quota():
    with harness.Story() as story:
        story.configure(max_servers=1)
        story.deploy("web", 2, 4, 50)
        second = story.deploy("other", 3, 6, 60, code=4)
        story.check(second["status"] == "denied" and second["reason_code"] == "quota_exceeded", second)
        story.check(story.audit("--status", "quota_exceeded")[0]["application"] == "other", second)
        story.configure(max_servers=None)
        third = story.deploy("third", 3, 6, 60, code=4)
        story.check(third["reason_code"] == "no_quota", third)
        story.check(len(story.machines()) == 1, story.machines())


def names_the_nearest_misses_and_the_manual_way():
    with harness.Story() as story:
        huge = story.deploy("huge", 500, 20000, 900000, code=5)
        story.check(huge["status"] == "insufficient_capacity", huge)
        for part in ("Nearest:", "berth servers add", "berth servers buy", "berth retry"):
            story.check(part in huge["reason"], huge["reason"])
        story.check(not story.machines(), story.machines())


def buys_by_hand_then_retries():
    with harness.Story() as story:
        story.configure(auto_approve=False)
        web = story.deploy("web", code=3)
        story.berth("--as", "ann", "cancel", web["deployment_id"], code=0)
        offers = story.listed(story.berth("--json", "offers", "--org", "acme", code=0).document(), "offers")
        fits = next(one for one in offers if one["kept"] and one["cpu_cores"] >= 4
                    and one["memory_gb"] >= 8 and one["disk_gb"] >= 80)
        story.berth("--as", "bob", "servers", "buy", fits["name"], "--org", "acme", code=4)
        story.berth("--as", "ann", "servers", "buy", fits["name"], "--org", "acme", code=0)
        story.berth("run", "--once", code=0)
        story.berth("retry", web["deployment_id"])
        story.berth("run", "--once", code=0)
        done = story.berth("--json", "status", web["deployment_id"]).document()
        story.check(done["status"] == "succeeded", done)
        story.check(len(story.machines()) == 1, story.machines())
        story.check_no_leaks()


harness.walk(waits_for_an_admin, keeps_the_quota, names_the_nearest_misses_and_the_manual_way,
             buys_by_hand_then_retries)
