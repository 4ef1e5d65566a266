"""What berth asks of the clouds, by the clouds' own count: few calls, one budget, and always an end."""
import sqlite3
import time

import harness

VENDORS = ("hetzner", "digitalocean", "aws")
MOST_A_SERVER = 2.5
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g example"


def calls(story, vendor):
    count = story.ask_cloud("counts").get(vendor, {})
    return sum(count.get(kind, 0) for kind in ("reads", "writes", "deletes"))


def many_servers_cost_few_calls_and_all_are_counted():
    servers = 30
    for vendor in VENDORS:
        with harness.Story(boot_ms=6000) as story:
            story.configure(vendors=(vendor,), max_servers=servers, look="2s",
                            account=f'ssh_public_keys = ["{KEY}"]')
            for number in range(servers):
                story.berth(*story.deploy_args(f"app-{number}", 3, 6, 60), "--no-wait", code=0)
            story.berth("run", "--once", code=0)
            story.check(len(story.machines()) == servers,
                        (vendor, len(story.machines()), story.ask_cloud("counts")))
            story.check_no_leaks()
            asked = calls(story, vendor)
            story.check(asked <= MOST_A_SERVER * servers, (vendor, asked, story.ask_cloud("counts")))
            told = story.berth("--json", "status", code=0).document()["api_calls"]
            story.check([one["account"] for one in told] == [f"{vendor}-main"], told)
            story.check(told[0]["last_hour"] == asked, (told, asked))
            story.check(f"{vendor}-main" in story.berth("offers", code=0).out.split("API CALLS OF")[1],
                        "berth offers shows the calls")


def a_destroy_goes_through_when_the_budget_is_used_up():
    for vendor in VENDORS:
        with harness.Story() as story:
            story.configure(vendors=(vendor,))
            web = story.deploy("web")
            story.berth("release", "--org", "acme", "--app", "web", code=0)
            cache = sqlite3.connect(story.path("state", "cache.db"))
            with cache:  # four calls are left, of a tenth that is for deletes
                cache.execute("UPDATE bucket SET level = 4000000, at_unix_ms = ?",
                              (int(time.time() * 1000) + 4000,))
            cache.close()
            story.berth("--as", "ann", "servers", "remove", web["server"]["name"], code=0)
            berth = story.start_berth("run", "--once")
            story.wait_for(lambda: not story.machines(), f"the server at {vendor} to go", 30)
            story.end(berth)


def a_storm_that_does_not_end_is_a_clear_no():
    for vendor in VENDORS:
        with harness.Story() as story:
            story.configure(vendors=(vendor,), provisioning='limit = "30s"\nready_timeout = "10s"')
            story.berth("offers", code=0)
            story.faults({"match": {"vendor": vendor, "operation": "create"},
                          "do": {"error": "rate_limited"}})
            begin = time.monotonic()
            web = story.deploy("web", code=6)
            story.check(time.monotonic() - begin < 60, (vendor, time.monotonic() - begin))
            story.check(any(word in web["reason"].lower() for word in ("rate", "limit", "too many")), web["reason"])
            story.check(not story.machines(), story.machines())


def a_storm_at_one_cloud_buys_at_the_next():
    with harness.Story() as story:
        story.configure(vendors=("hetzner", "aws"),
                        provisioning='limit = "50s"\nready_timeout = "20s"\ndearer_percent = 1000')
        story.berth("offers", code=0)
        story.faults({"match": {"vendor": "hetzner", "operation": "create"},
                      "do": {"error": "rate_limited"}})
        web = story.deploy("web")
        story.check(web["server"]["provider"] == "aws", web)
        story.check_no_leaks()


harness.walk(many_servers_cost_few_calls_and_all_are_counted,
             a_destroy_goes_through_when_the_budget_is_used_up,
             a_storm_that_does_not_end_is_a_clear_no,
             a_storm_at_one_cloud_buys_at_the_next)
