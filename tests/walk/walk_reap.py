"""Nothing leaks: what a cloud has of ours and nobody owns is found, destroyed, and told with its price."""
import json
import time
import urllib.request

import harness

HASTY = '[reap]\ngrace = "1s"\n'


def ready(story, vendors=("hetzner",), more=HASTY, **config):
    story.configure_hasty(vendors=vendors, more=more, **config)


def reap(story, *args, code=0):
    return story.berth("--json", "reap", *args, code=code).document()


def only_owned_ones_live(story):
    """The oracle's own word: what was created and not destroyed belongs to a ready attempt."""
    live = {}
    for line in story.oracle():
        if line["event"] == "created" and line.get("attempt"):
            live[line["id"]] = line["attempt"]
        if line["event"] == "destroyed":
            live.pop(line["id"], None)
    owned = {row[0] for row in story.rows("SELECT vendor_id FROM attempt WHERE status = 'ready'")}
    story.check(set(live) == owned, f"live {live}, owned {owned}")


def plant(story, attempt, installation=None):
    """A Hetzner server that no create of berth's made, with our label."""
    if installation is None:
        installation = story.rows("SELECT id FROM installation")[0][0]
    body = {"name": "planted-" + attempt, "server_type": "cx23", "image": "debian-12",
            "location": "nbg1", "labels": {"installation": installation, "attempt": attempt,
                                           "managed_by": "berth", "organization_id": "acme"}}
    request = urllib.request.Request(
        story.url + "/hetzner/v1/servers", json.dumps(body).encode(), method="POST",
        headers={"Authorization": "Bearer fake-hetzner-token", "Content-Type": "application/json"})
    return str(json.load(urllib.request.urlopen(request))["server"]["id"])


def lives(story, server):
    return server in [str(machine["id"]) for machine in story.machines()]


def a_server_that_was_planted_by_hand():
    with harness.Story() as story:
        ready(story)
        story.deploy("web")
        mine, theirs = plant(story, "nobody"), plant(story, "nobody2", "another-installation")
        time.sleep(1.2)
        seen = reap(story, "--dry-run")
        story.check(seen["strays"] == 1 and seen["servers"][0]["vendor_id"] == mine, seen)
        story.check(lives(story, mine), "a dry run destroys nothing")
        story.check(not story.rows("SELECT * FROM stray"), "a dry run writes nothing")
        report = reap(story)
        row = report["servers"][0]
        story.check((row["vendor_id"], row["action"], row["kind"]) == (mine, "destroyed", "stray"),
                    report)
        story.check(row["estimated_cost"] and report["strays_cost"], report)
        story.check(not lives(story, mine) and lives(story, theirs), story.machines())
        story.check(reap(story)["strays"] == 0, "it stays gone")
        text = story.berth("reap", code=0).out
        story.check("No server that nobody owns was found." in text, text)


def a_duplicate_that_the_cloud_made():
    for vendor in ("hetzner", "digitalocean", "aws"):
        with harness.Story() as story:
            ready(story, vendors=(vendor,))
            story.faults({"match": {"vendor": vendor, "operation": "create", "times": 1},
                          "do": {"duplicate": True}})
            story.deploy("web")
            time.sleep(1.2)
            reap(story)
            only_owned_ones_live(story)
            story.check_no_leaks()


def a_late_success_in_the_account_before_the_failover():
    with harness.Story() as story:
        ready(story, vendors=("hetzner", "digitalocean"), provisioning="dearer_percent = 1000")
        story.faults({"match": {"vendor": "hetzner", "operation": "create", "times": 1},
                      "do": {"late_success": 9000}},
                     {"match": {"vendor": "hetzner", "operation": "create"},
                      "do": {"error": "quota_reached"}})
        web = story.deploy("web")
        story.check(web["server"]["provider"] == "digitalocean", web)
        story.wait_for(lambda: len([m for m in story.machines() if m["vendor"] == "hetzner"]) == 1,
                       "the late server")
        time.sleep(1.2)
        report = reap(story)
        story.check([row["code"] for row in report["servers"]] == ["failed_over"], report)
        only_owned_ones_live(story)
        story.check_no_leaks()


def a_server_that_cannot_be_destroyed_says_why():
    with harness.Story() as story:
        ready(story)
        story.deploy("web")
        name = story.listed(story.berth("--json", "servers", "list", code=0).document(),
                            "servers")[0]["name"]
        story.faults({"match": {"operation": "delete"}, "do": {"error": "denied"}})
        story.berth("--as", "ann", "servers", "remove", name, "--force", code=0)
        report = reap(story, code=1)
        story.check(any("is not gone yet (" in problem for problem in report["problems"]), report)
        left = story.listed(story.berth("--json", "servers", "list", code=0).document(),
                            "servers")[0]
        story.check(left["status"] == "destroying" and left["estimated_cost"], left)
        story.check("It is not destroyed yet: " in left["reason"], left["reason"])
        story.check(left["reason"] in story.berth("servers", "list", code=0).out, left["reason"])
        story.faults()
        reap(story)
        story.check(not story.machines(), "it goes as soon as it may")


def run_does_it_by_itself():
    with harness.Story() as story:
        ready(story, more='[reap]\ngrace = "1s"\nevery = "1s"\n')
        story.deploy("web")
        stray = plant(story, "nobody")
        story.start_berth("run")
        story.wait_for(lambda: not lives(story, stray), "berth run to find it")
        only_owned_ones_live(story)


def an_idle_server_is_given_back():
    with harness.Story() as story:
        ready(story, vendors=("aws",), more=HASTY + '[scale_down]\nidle = "1s"\n')
        story.deploy("web")
        reap(story)
        story.check(len(story.machines()) == 1, "web runs there")
        story.berth("release", "--org", "acme", "--app", "web", code=0)
        reap(story)  # it is known to be idle from here on
        time.sleep(1.2)
        report = reap(story)
        story.check([row["code"] for row in report["servers"]] == ["idle"], report)
        story.check(not story.machines(), story.machines())


def the_lease_stands_in_the_clouds_labels():
    for vendor in ("hetzner", "digitalocean", "aws"):
        with harness.Story() as story:
            ready(story, vendors=(vendor,), more=HASTY + '[scale_down]\nmax_age = "30d"\n')
            story.deploy("web")
            lease = story.rows("SELECT expires_unix_ms FROM attempt WHERE status = 'ready'")[0][0]
            story.check(lease > 0 and str(lease) in json.dumps(story.machines()), story.machines())


def too_many_at_once():
    with harness.Story() as story:
        ready(story)
        story.deploy("web")
        planted = [plant(story, f"nobody{i}") for i in range(5)]
        time.sleep(1.2)
        report = reap(story, code=1)
        story.check(report["status"] == "paused" and "--confirm" in report["paused"][0], report)
        story.check(all(lives(story, one) for one in planted), "nothing was done")
        report = reap(story, "--confirm")
        story.check(report["strays"] == 5, report)
        only_owned_ones_live(story)


def a_cloud_that_does_not_answer():
    with harness.Story() as story:
        ready(story)
        story.deploy("web")
        story.faults({"match": {"operation": "list"}, "do": {"error": "unavailable"}})
        report = reap(story, code=1)
        story.check("hetzner-main could not be looked at" in report["problems"][0], report)
        story.check(story.rows("SELECT reachable FROM server") == [(1,)], "nothing was concluded")
        story.berth("reap", "--account", "nosuch", code=2)


def two_at_once():
    with harness.Story() as story:
        ready(story)
        story.deploy("web")
        planted = [plant(story, f"nobody{i}") for i in range(3)]
        time.sleep(1.2)
        beside = story.start_berth("reap")
        reap(story)
        beside.wait(60)
        story.check(beside.returncode == 0, "the other one ended well")
        story.check(not any(lives(story, one) for one in planted), story.machines())
        told = story.rows("SELECT count(*) FROM event WHERE type = 'server.reaped'")
        story.check(told == [(3,)], told)
        only_owned_ones_live(story)


harness.walk(a_server_that_was_planted_by_hand, a_duplicate_that_the_cloud_made,
             a_late_success_in_the_account_before_the_failover, a_server_that_cannot_be_destroyed_says_why, run_does_it_by_itself,
             an_idle_server_is_given_back, the_lease_stands_in_the_clouds_labels, too_many_at_once,
             a_cloud_that_does_not_answer, two_at_once)
