"""What a cloud says it made counts, and what it shows of servers that were ready once."""
import json
import urllib.request

import harness


def instead(**what):
    return {"match": {"vendor": "hetzner", "operation": "create_server", "times": 1}, "do": what}


def events(story, of_type, *args):
    listed = story.listed(story.berth("--json", "events", *args, code=0).document(), "events")
    return [one for one in listed if one["type"] == of_type]


def servers(story):
    return story.listed(story.berth("--json", "servers", "list", code=0).document(), "servers")


def power(story, server, do, **more):
    body = json.dumps({"id": server, "do": do, **more}).encode()
    urllib.request.urlopen(urllib.request.Request(story.url + "/_berth/power", body, method="POST")).read()


def another_type_is_recorded_as_what_it_is():
    with harness.Story() as story:
        story.configure(vendors=("hetzner",))
        story.faults(instead(makes_type="cx43"))
        web = story.deploy("web")
        story.check(web["server"]["instance_type"] == "cx43", web)
        told = events(story, "server.not_as_asked", web["deployment_id"])
        story.check(len(told) == 1 and "asked for cx33" in told[0]["message"] and
                    "made cx43" in told[0]["message"], told)
        server = servers(story)[0]
        story.check((server["instance_type"], server["estimated_cost"]) == ("cx43", "16.49") and
                    server["capacity"]["cpu_cores"] == 8, server)
        story.check_no_leaks()


def a_dearer_one_than_was_approved_is_destroyed():
    with harness.Story() as story:
        story.configure(vendors=("hetzner",), auto_approve=False)
        asked = story.deploy("web", code=3)
        story.faults(instead(makes_type="cx53"))
        story.berth("--as", "ann", "approve", asked["deployment_id"], code=0)
        story.berth("run", "--once", code=0)
        status = story.berth("--json", "status", asked["deployment_id"]).document()
        story.check(status["status"] == "awaiting_approval", status)
        story.check(not story.machines(), story.machines())
        told = events(story, "server.not_as_asked", asked["deployment_id"])
        story.check("It is destroyed: it is dearer" in told[0]["message"], told)


def another_region_is_destroyed_and_the_next_offer_tried():
    with harness.Story() as story:
        story.configure(vendors=("hetzner",))
        story.faults(instead(makes_region="hel1"))
        web = story.deploy("web")
        story.check(web["server"]["region"] == "nbg1", web)
        story.check({machine["region"] for machine in story.machines()} == {"nbg1"}, story.machines())
        told = events(story, "server.not_as_asked", web["deployment_id"])
        story.check("made cx33 in hel1" in told[0]["message"] and "another region" in told[0]["message"], told)
        story.check("hel1" in story.berth("--json", "audit", code=0).out, told)
        story.check_no_leaks()


def a_stopped_server_takes_nothing_until_it_runs_again():
    for vendor in ("hetzner", "digitalocean", "aws"):
        with harness.Story() as story:
            story.configure_hasty(vendors=(vendor,), more='[reap]\ngrace = "1s"\n')
            story.deploy("web", 1, 2, 20)
            before = servers(story)[0]
            power(story, before["vendor_id"], "stop")
            report = story.berth("--json", "reap", code=0).document()
            row = [one for one in report["servers"] if one["action"] == "stopped"]
            story.check(len(row) == 1 and row[0]["estimated_cost"] == before["estimated_cost"], report)
            stopped = servers(story)[0]
            story.check(stopped["status"] == "stopped" and stopped["estimated_cost"], stopped)
            story.check("billed all the same" in stopped["reason"], stopped)
            story.check("stopped" in story.berth("servers", "list", code=0).out, vendor)
            plan = story.berth("--json", "plan", "--org", "acme", "--app", "api", "--cpu", 1, "--memory", 1,
                               "--disk", 10).document()
            codes = [one["code"] for one in plan["rows"] if one["kind"] == "server"]
            story.check(codes == ["stopped"], plan["rows"])
            story.berth("reap", code=0)
            story.check(len(events(story, "server.stopped")) == 2, "the admins and who has web there, once")
            # It comes back with another address, as clouds do.
            power(story, before["vendor_id"], "start", address="127.9.9.9")
            story.berth("reap", code=0)
            again = servers(story)[0]
            story.check((again["status"], again["ip"]) == ("ready", "127.9.9.9"), again)
            story.check(len(events(story, "server.address_changed")) == 1, vendor)
            api = story.deploy("api", 0.2, 0.2, 1)
            story.check(api["server"]["ip"] == "127.9.9.9", api)
            story.check(len(story.machines()) == 1, story.machines())


def one_that_the_vendor_ended_is_lost_with_the_reason():
    with harness.Story() as story:
        story.configure_hasty(vendors=("aws",), more='[reap]\ngrace = "1s"\n')
        story.deploy("web")
        power(story, servers(story)[0]["vendor_id"], "end")
        story.berth("reap")
        lost = events(story, "server.lost")
        story.check(lost and "Server.InternalError" in lost[0]["message"], lost)
        story.check("Server.InternalError" in servers(story)[0]["reason"], servers(story))


def the_login_is_the_images():
    for vendor, user in (("aws", "admin"), ("hetzner", "root")):
        with harness.Story() as story:
            story.configure(vendors=(vendor,), command='["sh", "-c", "echo as $BERTH_SSH_USER"]')
            web = story.deploy("web")
            story.check(web["server"]["ssh_user"] == user, web)
            again = story.berth("deploy", "--org", "acme", "--app", "web", "--cpu", 2, "--memory", 4, "--disk", 50,
                                code=0)
            story.check(f" {user}@" in again.out, again)


if __name__ == "__main__":
    harness.walk(another_type_is_recorded_as_what_it_is, a_dearer_one_than_was_approved_is_destroyed,
                 another_region_is_destroyed_and_the_next_offer_tried,
                 a_stopped_server_takes_nothing_until_it_runs_again,
                 one_that_the_vendor_ended_is_lost_with_the_reason, the_login_is_the_images)
