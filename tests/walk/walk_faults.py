"""What each cloud may do to us: one live machine for each attempt that succeeded, and nothing else."""
import harness

VENDORS = ("hetzner", "digitalocean", "aws")


def deploys_in_spite_of(rules, vendors=VENDORS, code=0, **config):
    for vendor in vendors:
        with harness.Story() as story:
            story.configure_hasty(vendors=(vendor,), **config)
            story.faults(*({**rule, "match": {"vendor": vendor, **rule["match"]}} for rule in rules))
            web = story.deploy("web", code=code)
            story.faults()
            story.berth("run", "--once", code=0)
            story.check_no_leaks()
            ours = [machine for machine in story.machines() if machine["attempt"]]
            story.check(len(ours) == (1 if code == 0 else 0), (vendor, web["reason"], ours))


def the_answer_to_create_is_lost():
    deploys_in_spite_of([{"match": {"operation": "create", "times": 1}, "do": {"drop_after": True}}])


def the_create_never_arrives():
    deploys_in_spite_of([{"match": {"operation": "create", "times": 1}, "do": {"drop_before": True}}])


def the_answer_is_html():
    deploys_in_spite_of([{"match": {"operation": "create", "times": 1}, "do": {"html": True}}])


def the_answer_is_cut():
    deploys_in_spite_of([{"match": {"operation": "create", "times": 1}, "do": {"cut": True}}])


def two_machines_for_one_create():
    deploys_in_spite_of([{"match": {"operation": "create", "times": 1}, "do": {"duplicate": True}}],
                        look="100ms")


def it_succeeds_late():
    deploys_in_spite_of([{"match": {"operation": "create", "times": 1}, "do": {"late_success": 1500}}])


def lists_are_partial_and_stale():
    deploys_in_spite_of([{"match": {"operation": "create", "times": 1}, "do": {"drop_after": True}},
                         {"match": {"operation": "list", "times": 3}, "do": {"stale_list": 600}}])


def a_storm_of_429():
    deploys_in_spite_of([{"match": {"operation": "create", "times": 2}, "do": {"error": "rate_limited"}},
                         {"match": {"operation": "list", "times": 3}, "do": {"error": "rate_limited"}}],
                        vendors=("hetzner", "aws"))  # DigitalOcean's 429 is for the rest of the hour


def the_name_is_taken():
    deploys_in_spite_of([{"match": {"operation": "create", "times": 1}, "do": {"name_taken": True}}],
                        vendors=("hetzner",))


def the_first_does_not_boot():
    deploys_in_spite_of([{"match": {"operation": "create", "times": 1}, "do": {"boot_fails": True}}],
                        provisioning='ready_timeout = "4s"')


def deleting_is_flaky():
    deploys_in_spite_of([{"match": {"operation": "create", "times": 1}, "do": {"boot_never": True}},
                         {"match": {"operation": "delete", "times": 2}, "do": {"error": "unavailable"}}],
                        provisioning='ready_timeout = "2s"')


def only_one_cloud_has_any():
    for vendor in VENDORS:
        with harness.Story() as story:
            story.configure(provisioning="dearer_percent = 1000")
            story.faults(*({"match": {"vendor": other, "operation": "create"}, "do": {"error": "out_of_stock"}}
                           for other in VENDORS if other != vendor))
            web = story.berth(*story.deploy_args("web", 2, 4, 50))
            for _ in range(4):  # an attempt takes the eight best offers; the rest may need another
                if web.code == 0:
                    break
                web = story.berth("--json", "retry", web.document()["deployment_id"])
                story.berth("run", "--once", code=0)
                web = story.berth("--json", "status", web.document()["deployment_id"])
            document = web.document()
            story.check(document["status"] == "succeeded", document)
            story.check(document["server"]["provider"] == vendor, document)
            story.check_no_leaks()
            story.check(len(story.machines()) == 1, story.machines())


harness.walk(the_answer_to_create_is_lost, the_create_never_arrives, the_answer_is_html,
             the_answer_is_cut, two_machines_for_one_create, it_succeeds_late,
             lists_are_partial_and_stale, a_storm_of_429, the_name_is_taken, the_first_does_not_boot,
             deleting_is_flaky, only_one_cloud_has_any)
