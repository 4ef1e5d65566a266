"""What was bought by mistake is taken back before it is ready, and lists that hide what is there."""
import harness


def names(story):
    offers = story.listed(story.berth("--json", "offers", "--org", "acme", code=0).document(), "offers")
    return [one["name"] for one in sorted(offers, key=lambda one: float(one["compared_cost"] or 1e9))]


def buy(story, offer):
    story.berth("--as", "ann", "servers", "buy", offer, "--org", "acme", code=0)
    return servers(story)[-1]["name"]


def servers(story):
    return story.berth("--json", "servers", "list", code=0).document()["servers"]


def of_kind(story, event):
    return [one for one in story.berth("--json", "events", code=0).document()["events"] if one["type"] == event]


def nothing_is_left(story):
    story.berth("reap", code=0)
    story.check(not story.machines() and not servers(story), (story.machines(), servers(story)))


def a_wrong_purchase_is_taken_back_before_anything_was_asked_for():
    with harness.Story() as story:
        story.configure(vendors=("hetzner",))
        server = buy(story, names(story)[0])
        ran = story.berth("--as", "mallory", "servers", "remove", server, code=4)
        story.check("only admins of acme" in ran.err, ran)
        story.berth("--as", "ann", "servers", "remove", server, code=0)
        story.berth("run", "--once", code=0)
        story.check(not story.machines(live=False) and not servers(story), story.machines())
        record = story.audit()[0]
        story.check(record["status"] == "user_cancelled" and record["failure_reason"] == "Removed by ann.", record)


def a_wrong_purchase_is_taken_back_while_its_create_is_under_way():
    for fault in ({"delay_ms": 4000}, {"late_success": 2000}):
        with harness.Story() as story:
            story.configure_hasty(vendors=("hetzner",), call_timeout="8s")
            server = buy(story, names(story)[0])
            story.faults({"match": {"operation": "create"}, "do": fault})
            running = story.start_berth("run")
            story.wait_for(lambda: any(one["event"] == "request" and one["verb"] == "create"
                                       for one in story.oracle()), "the create")
            story.berth("--as", "ann", "servers", "remove", server, code=0)
            story.wait_for(lambda: not servers(story), "its end", 60)
            story.end(running)
            story.check(len(story.machines(live=False)) == 1, (fault, story.machines(live=False)))
            nothing_is_left(story)


def a_server_that_boots_is_taken_back_from_who_waits_for_it():
    with harness.Story() as story:
        story.configure(vendors=("hetzner",))
        story.faults({"match": {"operation": "create"}, "do": {"slow_boot": 8000}})
        story.berth(*story.deploy_args("web", 2, 4, 50), "--no-wait", code=0)
        running = story.start_berth("run")
        story.wait_for(lambda: story.machines(), "the server")
        story.wait_for(lambda: servers(story) and servers(story)[0]["vendor_id"], "its answer")
        server = servers(story)[0]["name"]
        ran = story.berth("--as", "ann", "servers", "remove", server, code=4)
        story.check("bought for deployment" in ran.err and "--force" in ran.err, ran)
        story.berth("--as", "ann", "servers", "remove", server, "--force", code=0)
        document = story.deployments()[0]
        story.check(document["status"] == "cancelled" and document["reason_code"] == "server_removed", document)
        story.check("berth retry" in document["reason"], document)
        story.wait_for(lambda: not story.machines(), "its end", 60)
        story.end(running)
        story.check([one["message"] for one in of_kind(story, "server.removed")], "it was told")
        nothing_is_left(story)


def an_answer_that_cannot_be_read_is_shown():
    with harness.Story() as story:
        story.configure(vendors=("hetzner",))
        story.berth("offers", "--org", "acme", code=0)
        story.faults({"match": {"operation": "create"}, "do": {"slow_boot": 5000}},
                     {"match": {"operation": "list"}, "do": "truncate"})
        story.berth(*story.deploy_args("web", 2, 4, 50), "--no-wait", code=0)
        running = story.start_berth("run")
        shown = lambda: story.deployments()[0]["waits_for"]
        story.wait_for(shown, "the reason")
        waits = shown()
        story.check(waits and "hetzner-main cannot be looked at: " in waits["sentence"], waits)
        ran = story.berth("status", story.deployments()[0]["deployment_id"], code=0)
        story.check("cannot be looked at" in ran.out, ran)
        story.faults()
        story.wait_for(lambda: story.deployments()[0]["status"] == "succeeded", "the deployment", 60)
        story.end(running)
        story.check(story.deployments()[0]["waits_for"] is None, story.deployments())


def a_list_that_hides_a_fleet_costs_twenty_calls_and_loses_nobody():
    with harness.Story() as story:
        story.configure(vendors=("hetzner",), max_servers=40)
        offer = names(story)[0]
        for _ in range(25):
            story.berth("--as", "ann", "servers", "buy", offer, "--org", "acme", code=0)
        running = story.start_berth("run")
        story.wait_for(lambda: all(one["status"] == "ready" for one in servers(story)), "25 servers", 100)
        story.end(running)
        before = len(story.oracle())
        story.faults({"match": {"operation": "list"}, "do": {"partial_list": 1}})
        ran = story.berth("reap")
        asked = [one for one in story.oracle()[before:] if one["event"] == "request"]
        lists = [one for one in asked if one["verb"] == "list"]
        alone = [one for one in asked if one["verb"] == "get"]
        story.check(lists and 0 < len(alone) <= 20 * len(lists), (len(lists), len(alone)))
        story.check((ran.out + ran.err).count("asked for alone") <= len(lists), ran)
        story.check("asked for alone" in ran.err or "asked for alone" in ran.out, ran)
        story.check(len(story.machines()) == 25 and not of_kind(story, "server.lost"), of_kind(story, "server.lost"))
        story.check(all(one["reachable"] for one in servers(story)), servers(story))


harness.walk(a_wrong_purchase_is_taken_back_before_anything_was_asked_for,
             a_wrong_purchase_is_taken_back_while_its_create_is_under_way,
             a_server_that_boots_is_taken_back_from_who_waits_for_it, an_answer_that_cannot_be_read_is_shown,
             a_list_that_hides_a_fleet_costs_twenty_calls_and_loses_nobody)
