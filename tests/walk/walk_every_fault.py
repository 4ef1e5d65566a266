"""Every fault of a cloud, at every cloud. However it goes: one live machine for each attempt that
succeeded, none for any other once clean-up has ended, no call beyond what the vendor allows, and a
reason that a person understands."""
import os
import re
import time

import harness

VENDORS = ("hetzner", "digitalocean", "aws")
REAP = '[reap]\ngrace = "1s"\n'
NOT_FOR_PEOPLE = re.compile(r"[<>{}\[\]]|\\n|std::|nullptr|exception")


def on(operation, do, **match):
    return {"match": {"operation": operation, **match}, "do": do}


def end(story):
    """The fault is over: what is under way ends, and what nobody owns is found, twice, and destroyed."""
    story.faults()
    story.berth("run", "--once", code=0)
    for _ in range(3):
        story.berth("reap")
        time.sleep(1.1)  # "seen twice" is `settle` apart
    story.berth("reap", code=0)


def check_promises(story, document):
    story.check_no_leaks()
    over = [one for one in story.oracle() if one["event"] == "request" and one["status"] == 429
            and not one.get("fault")]
    story.check(not over, f"calls beyond the vendor's limit: {over[:3]}")
    said = [document["reason"]] + [text for (text,) in story.rows(
        "SELECT message FROM event UNION SELECT failure FROM attempt UNION "
        "SELECT failure_reason FROM audit_entry") if text]
    for text in said:
        story.check(not NOT_FOR_PEOPLE.search(text) and " " in text, f"not for a person: {text!r}")


def with_faults(rules, ends="succeeded", says="", vendors=VENDORS, look="200ms", first=None,
                provisioning="", settle="1s", call_timeout="3s"):
    for vendor in vendors:
        with harness.Story() as story:
            story.configure_hasty(vendors=(vendor,), look=look, more=REAP,
                                  provisioning=provisioning, call_timeout=call_timeout,
                                  settle=settle)
            if first:
                first(story)
            story.faults(*({**rule, "match": {"vendor": vendor, **rule["match"]}} for rule in rules))
            ran = story.berth(*story.deploy_args("web", 2, 4, 50), timeout=200)
            document = ran.document()
            story.check(document["status"] == ends, (vendor, document["status"], document["reason"]))
            story.check(re.search(says, document["reason"]), (vendor, says, document["reason"]))
            end(story)
            check_promises(story, document)
            ours = [machine for machine in story.machines() if machine["attempt"]]
            story.check(len(ours) == (1 if ends == "succeeded" else 0), (vendor, ours))


def the_reply_to_create_is_lost():
    with_faults([on("create", {"drop_after": True}, times=1)])


def a_create_makes_two():
    with_faults([on("create", {"duplicate": True}, times=1)])


def a_create_succeeds_after_it_timed_out():
    with_faults([on("create", {"late_success": 4500}, times=1)])


def a_storm_of_429_on_everything():
    # DigitalOcean's 429 asks for half a minute each time, and gets it.
    with_faults([on("create", {"error": "rate_limited"}, times=1),
                 on("list", {"error": "rate_limited"}, times=2),
                 on("get", {"error": "rate_limited"}, times=1)])


def a_storm_of_5xx_on_everything():
    with_faults([on("create", {"error": "unavailable"}, times=2),
                 on("list", {"error": "unavailable"}, times=3),
                 on("get", {"error": "unavailable"}, times=2)])


def the_three_cheapest_are_out_of_stock():
    with_faults([on("create", {"error": "out_of_stock"}, times=3)], provisioning="dearer_percent = 1000")


def the_vendors_own_quota_is_used_up():
    with_faults([on("create", {"error": "quota_reached"})], ends="insufficient_capacity",
                says="(?i)quota|limit")


def the_token_expires():
    with_faults([on("create", {"error": "expired_token"}), on("list", {"error": "expired_token"})],
                ends="error", says="(?i)token|credential|denied|unauthorized|expired",
                provisioning='config_patience = "2s"')


def lists_are_partial():
    with_faults([on("create", {"drop_after": True}, times=1),
                 on("list", {"partial_list": 1.0}, times=3)])


def lists_are_stale():
    with_faults([on("create", {"drop_after": True}, times=1), on("list", {"stale_list": 900}, times=4)])


def slow_lists(vendor):
    """Thirty seconds behind, with the settings that berth has by itself."""
    with_faults([on("create", {"drop_after": True}, times=1), on("list", {"stale_list": 30_000})],
                vendors=(vendor,), settle="15s", call_timeout="40s")


def hetzners_lists_lag_by_thirty_seconds():
    slow_lists("hetzner")


def digitaloceans_lists_lag_by_thirty_seconds():
    slow_lists("digitalocean")


def awss_lists_lag_by_thirty_seconds():
    slow_lists("aws")


def a_stranger_has_the_name():
    def check_stranger(story):
        strangers = [one for one in story.machines() if not one["attempt"]]
        story.check(len(strangers) <= 1, strangers)

    with_faults([on("create", {"name_taken": True}, times=1)], first=check_stranger)


def answers_are_html():
    with_faults([on("create", {"html": True}, times=1), on("list", {"html": True}, times=2)])


def the_catalogue_is_html():
    def forget_offers(story):
        for name in os.listdir(story.path("state")):
            if name.startswith("cache.db"):
                os.unlink(story.path("state", name))

    with_faults([on("offers", {"html": True})], ends="provisioning_failed", first=forget_offers,
                says="(?i)offers|catalogue|read", provisioning='limit = "4s"\nready_timeout = "3s"')


def pages_never_end():
    with_faults([on("list", {"endless_pages": True}, times=12)])


harness.walk(the_reply_to_create_is_lost, a_create_makes_two, a_create_succeeds_after_it_timed_out,
             a_storm_of_429_on_everything, a_storm_of_5xx_on_everything,
             the_three_cheapest_are_out_of_stock, the_vendors_own_quota_is_used_up,
             the_token_expires, lists_are_partial, lists_are_stale,
             hetzners_lists_lag_by_thirty_seconds, digitaloceans_lists_lag_by_thirty_seconds,
             awss_lists_lag_by_thirty_seconds, a_stranger_has_the_name, answers_are_html,
             the_catalogue_is_html, pages_never_end)
