"""Vendors whose catalogue cannot be read, for a moment, for a while, or in one region."""
import harness

VENDORS = ("hetzner", "digitalocean", "aws")
OFFERS = {"operation": "offers"}


def one_fault_at_the_catalogue_read_ends_nothing():
    for vendor in VENDORS:
        for fault in ({"error": "unavailable"}, {"drop_before": True}):
            with harness.Story() as story:
                story.configure(vendors=(vendor,))
                story.faults({"match": {"vendor": vendor, "times": 1, **OFFERS}, "do": fault})
                web = story.deploy("web")
                story.check(web["status"] == "succeeded", (vendor, fault, web))


def the_older_catalogue_serves_while_it_cannot_be_read():
    for vendor in VENDORS:
        with harness.Story() as story:
            story.configure(vendors=(vendor,), provisioning='catalogue_ttl = "1s"')
            story.berth("offers", "--org", "acme", code=0)
            story.faults({"match": {"vendor": vendor, **OFFERS}, "do": {"error": "unavailable"}})
            listed = story.berth("offers", "--org", "acme", "--refresh")
            story.check("the offers are those of" in listed.out + listed.err, listed)
            plan = story.berth("--json", "plan", "--org", "acme", "--app", "web", "--cpu", 2,
                               "--memory", 4, "--disk", 50, code=0)
            story.check("Prices of 20" in plan.out, plan)
            web = story.deploy("web")
            story.check(web["status"] == "succeeded", (vendor, web))
            story.check(any("cannot be read" in (row.get("note") or "")
                            for row in story.audit()), story.audit())


def one_region_that_is_down_takes_nothing_from_the_others():
    with harness.Story() as story:
        story.configure(vendors=("aws",), account='regions = ["us-east-1", "eu-central-1"]')
        story.faults({"match": {"vendor": "aws", "region": "eu-central-1", **OFFERS},
                      "do": {"error": "unavailable"}})
        web = story.deploy("web")
        story.check(web["status"] == "succeeded", web)
        story.check(web["server"]["region"] == "us-east-1", web)
        story.check(any("in eu-central-1 could not be read" in (row.get("note") or "")
                        for row in story.audit()), story.audit())


harness.walk(one_fault_at_the_catalogue_read_ends_nothing,
             the_older_catalogue_serves_while_it_cannot_be_read,
             one_region_that_is_down_takes_nothing_from_the_others)
