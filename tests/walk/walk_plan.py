"""`plan` prints what `deploy` would do, and changes nothing."""
import os

import harness


def changes_nothing():
    with harness.Story() as story:
        story.deploy("web")
        before, made = story.ledger(), len(story.oracle())
        for cpu, memory, disk, code in ((1, 1, 10, 0), (4, 16, 100, 0), (500, 20000, 900000, 5)):
            story.berth("plan", "--org", "acme", "--app", "api", "--cpu", cpu, "--memory", memory,
                        "--disk", disk, code=code)
            story.berth("--json", "plan", "--org", "acme", "--app", "web", "--cpu", cpu, "--memory",
                        memory, "--disk", disk, code=code)
        story.check(story.ledger() == before, "plan changed the ledger")
        calls = [line for line in story.oracle()[made:] if line["event"] == "request"]
        story.check(all(line["effect"] == "read" for line in calls), calls)


def says_what_deploy_then_does():
    with harness.Story() as story:
        plan = story.berth("--json", "plan", "--org", "acme", "--app", "web", "--cpu", 2, "--memory", 4,
                           "--disk", 50, code=0).document()
        chosen, = [row for row in plan["rows"] if row["chosen"]]
        story.check(all(row["code"] for row in plan["rows"]), plan)
        story.check(all(row["sentence"] for row in plan["rows"] if not row["kept"]), plan)
        web = story.deploy("web")
        story.check(web["server"]["instance_type"] == chosen["instance_type"], (chosen, web))
        again = story.berth("--json", "plan", "--org", "acme", "--app", "api", "--cpu", 1, "--memory",
                            2, "--disk", 10, code=0).document()
        story.check(again["action"] == "place", again)


def needs_no_ledger():
    with harness.Story() as story:
        story.berth("plan", "--org", "acme", "--app", "web", "--cpu", 2, "--memory", 4, "--disk", 50,
                    code=0)
        story.check(not os.path.exists(story.path("state", "ledger.db")), os.listdir(story.path("state")))


harness.walk(changes_nothing, says_what_deploy_then_does, needs_no_ledger)
