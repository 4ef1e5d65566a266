"""What is bought is what somebody wanted, at the price that was shown."""
import os
import time

import harness

# What each vendor says to every create, for reasons that are no offer's.
REFUSALS = {
    "hetzner": ({"code": "invalid_input", "status": 422, "message": "image debian-99 not found"}, "image"),
    "digitalocean": ({"code": "unprocessable_entity", "status": 422,
                      "message": "You specified an invalid image for Droplet creation."}, "image"),
    "aws": ({"code": "VPCIdNotSpecified", "status": 400,
             "message": "No default VPC for this user"}, "subnet_id"),
}
TOO_LARGE = {"code": "invalid_input", "status": 422, "message": "image disk is bigger than server type disk"}


def creates(story):
    return [one for one in story.oracle() if one["event"] == "request" and one["verb"] == "create"]


def two_refusals_for_one_reason_are_enough():
    for vendor, (refusal, setting) in REFUSALS.items():
        with harness.Story() as story:
            story.configure(vendors=(vendor,))
            story.berth("offers", code=0)
            story.faults({"match": {"vendor": vendor, "operation": "create"}, "do": refusal})
            begin = time.monotonic()
            ran = story.berth("deploy", "--org", "acme", "--app", "web", "--cpu", 2, "--memory", 4, "--disk", 50,
                              code=6)
            story.check(time.monotonic() - begin < 30, (vendor, time.monotonic() - begin))
            story.check(len(creates(story)) <= 2, (vendor, creates(story)))
            words = refusal["message"].rstrip(".")
            story.check(words in ran.out and setting in ran.out, (vendor, ran))
            document = story.deployments()[0]
            story.check(words in document["reason"], (vendor, document["reason"]))
            audit = story.berth("--json", "audit", code=0).out
            story.check(words in audit, (vendor, audit))
            story.check(not story.machines(), story.machines())


def a_dear_server_is_not_bought_without_a_yes():
    with harness.Story() as story:
        story.configure(vendors=("hetzner",))
        offers = story.listed(story.berth("--json", "offers", "--org", "acme", code=0).document(), "offers")
        fitting = sorted({(float(one["compared_cost"]), one["instance_type"]) for one in offers
                          if one["compared_cost"] and one["cpu_cores"] >= 2 and one["disk_gb"] >= 40})
        dearest = {kind for _, kind in fitting[-2:]}
        story.faults(*({"match": {"operation": "create", "type": kind}, "do": TOO_LARGE}
                       for _, kind in fitting if kind not in dearest))
        ran = story.berth(*story.deploy_args("web", 1, 1, 10))
        for _ in range(20):  # each try learns of two types, for all deployments
            story.check(not story.machines(), ("bought unasked", story.machines(), ran))
            if ran.code == 3:
                break
            story.check(ran.code in (5, 6), ran)
            ran = story.berth("--json", "retry", ran.document()["deployment_id"])
        story.check(ran.code == 3 and "dearer than what is bought without asking" in ran.document()["reason"], ran)
        approved = float(ran.document()["estimated_cost"])
        story.check(approved > 2 * fitting[0][0], ran.document())
        story.berth("--as", "ann", "approve", ran.document()["deployment_id"], code=0)
        story.berth("run", "--once")
        prices = {kind: price for price, kind in fitting}
        for machine in story.machines():
            story.check(prices[machine["type"]] <= approved, (machine, approved))


def buying_by_hand_keeps_to_the_policy():
    with harness.Story() as story:
        story.configure(vendors=("hetzner", "digitalocean"), more='''
[[pipeline]]
stage = "entitlement"
[[pipeline]]
stage = "sizing"
[[pipeline]]
stage = "quota"
[[pipeline]]
stage = "selection"
price_cap = { amount = "12", currency = "USD" }
providers = ["hetzner"]
[[pipeline]]
stage = "approval"
''')
        offers = story.listed(story.berth("--json", "offers", "--org", "acme", code=0).document(), "offers")
        by_price = sorted(offers, key=lambda one: float(one["compared_cost"] or 0))
        dear = next(one["name"] for one in by_price if one["provider"] == "hetzner"
                    and float(one["compared_cost"] or 0) > 12)
        elsewhere = next(one["name"] for one in by_price if one["provider"] == "digitalocean")
        for name, words in ((dear, "above the cap"), (elsewhere, "does not buy from digitalocean")):
            ran = story.berth("--as", "ann", "servers", "buy", name, "--org", "acme", code=4)
            story.check(words in ran.err, ran)
        story.check(not story.machines(), story.machines())


def a_queue_outlives_an_outage():
    """BERTH_QUEUE: so many deployments (6). BERTH_AWAY_S: so long the clouds are away (1)."""
    queue, away_s = int(os.environ.get("BERTH_QUEUE", "6")), int(os.environ.get("BERTH_AWAY_S", "1"))
    with harness.Story(server_limit=2 * queue + 20) as story:
        story.configure(vendors=("hetzner",), max_servers=queue + 20)
        story.faults({"match": {}, "do": {"error": "unavailable"}})
        for i in range(queue):
            story.berth(*story.deploy_args(f"app{i}", 1, 1, 10), "--no-wait", code=0)
        story.berth("run", "--once", code=1)  # it waits for no backoff, and says that something is left
        running = story.start_berth("run")
        time.sleep(away_s)
        states = story.rows("SELECT status, waits_code FROM deployment")
        story.check(states == [("placing", "clouds_unreachable")] * queue, states)
        story.faults()
        story.wait_for(lambda: story.rows("SELECT DISTINCT status FROM deployment") == [("succeeded",)],
                       "the queue", 100 + 3 * queue)
        story.end(running)


harness.walk(two_refusals_for_one_reason_are_enough, a_dear_server_is_not_bought_without_a_yes,
             buying_by_hand_keeps_to_the_policy, a_queue_outlives_an_outage)
