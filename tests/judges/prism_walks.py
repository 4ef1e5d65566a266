"""The stories that every vendor with an OpenAPI document is walked through; each ends without one
violation, of our requests or of the fake's answers."""
from prism_story import KEY, JudgedStory

REFUSALS = ("out_of_stock", "quota_reached", "rate_limited", "unavailable", "denied", "unauthorized",
            "invalid", "conflict", "locked", "not_found")
# Lines of [account.settings] that end up in requests.
SETTINGS = {
    "hetzner": 'ssh_keys = ["ops"]\nimage = "debian-12"\n',
    "digitalocean": 'ssh_keys = ["ops"]\nimage = "debian-12-x64"\ntags = ["team:web"]\n'
                    'vpc_uuid = "760e09ef-dc84-11e8-981e-3cfdfeaae000"\n',
}
# All of plugins/*/api.cpp, by the document's paths.
OPERATIONS = {
    "hetzner": {
        ("GET", "/server_types"), ("GET", "/pricing"), ("GET", "/servers"), ("POST", "/servers"),
        ("GET", "/servers/{id}"), ("DELETE", "/servers/{id}"), ("GET", "/servers/{id}/actions"),
        ("GET", "/actions"), ("GET", "/ssh_keys"), ("POST", "/ssh_keys")},
    "digitalocean": {
        ("GET", "/v2/account"), ("GET", "/v2/sizes"), ("GET", "/v2/regions"),
        ("GET", "/v2/droplets"), ("POST", "/v2/droplets"), ("GET", "/v2/droplets/{droplet_id}"),
        ("DELETE", "/v2/droplets/{droplet_id}"), ("GET", "/v2/actions"),
        ("GET", "/v2/actions/{action_id}"), ("GET", "/v2/account/keys"),
        ("POST", "/v2/account/keys")},
}


def walks_of(judge, vendor):
    def story(settings="", **cloud_options):
        return JudgedStory(judge, vendor, settings, **cloud_options)

    def sells_buys_shares_and_releases():
        with story() as one:
            one.configure(account=f'ssh_public_keys = ["{KEY}"]')
            one.berth("offers", "--org", "acme", code=0)
            web = one.deploy("web", 2, 4, 50)
            api = one.deploy("api", 1, 2, 15)
            one.check(api["server"]["id"] == web["server"]["id"], (web, api))
            for application in ("web", "api"):
                one.berth("release", "--org", "acme", "--app", application, code=0)
            one.berth("--as", "ann", "servers", "remove", web["server"]["name"], code=0)
            one.berth("run", "--once", code=0)
            one.check(not one.machines(), one.machines())
            one.deploy("web", 2, 4, 50)  # the key is known by now
            one.check_no_leaks()

    def out_of_stock_goes_to_the_next_offer():
        with story() as one:
            one.faults({"match": {"operation": "create", "times": 2}, "do": {"error": "out_of_stock"}})
            web = one.deploy("web", 2, 4, 50)
            one.check(web["status"] == "succeeded", web)
            asked = [line for line in one.oracle() if line["event"] == "request"
                     and line["effect"] == "write"]
            one.check([line["status"] < 300 for line in asked] == [False, False, True], asked)
            one.check_no_leaks()

    def what_never_gets_ready_is_destroyed():
        with story() as one:
            one.configure(provisioning='ready_timeout = "2s"')
            one.faults({"match": {"operation": "create", "times": 1}, "do": {"boot_never": True}})
            one.deploy("web", 2, 4, 50)
            one.berth("run", "--once", code=0)
            one.check_no_leaks()
            gone = [machine for machine in one.machines(live=False) if not machine["live"]]
            one.check(len(gone) == 1, one.machines(live=False))

    def what_fails_to_boot_is_destroyed():
        with story() as one:
            one.configure(provisioning='ready_timeout = "6s"')
            one.faults({"match": {"operation": "create", "times": 1}, "do": {"boot_fails": True}})
            one.deploy("web", 2, 4, 50)
            one.berth("run", "--once", code=0)
            one.check_no_leaks()

    def the_conformance_kit():
        with story() as one:
            one.berth("plugins", "check", vendor, code=0)
            one.berth("plugins", "check", vendor, "--walk", code=0)
            one.check(not one.machines(), one.machines())

    def every_refusal_has_the_vendors_shape():
        for refusal in REFUSALS:
            with story() as one:
                made = one.call("create", one.create_request("first"), code=0).document()["server"]
                one.wait_for(lambda: one.machines()[0]["phase"] == "running", "a running server")
                sought = {"attempt_id": "first", "server_id": made["server_id"]}
                for operation, method, request in (
                        ("create", "create", one.create_request("second", ssh_public_keys=[KEY])),
                        ("list", "find", {"installation_id": "home", "all": True}),
                        ("delete", "destroy", {"installation_id": "home", "server": sought}),
                        ("get", "destroy", {"installation_id": "home", "server": sought}),
                        ("offers", "offers", {})):
                    one.faults({"match": {"operation": operation, "times": 1},
                                "do": {"error": refusal}})
                    one.call(method, request)
                faulty = [line for line in one.oracle() if line.get("fault")]
                one.check(faulty, f"nothing was refused with {refusal}")

    def lists_without_an_end():
        with story() as one:
            one.call("create", one.create_request("first"), code=0)
            one.faults({"match": {}, "do": {"endless_pages": True}})
            one.call("offers", {})
            one.call("find", {"installation_id": "home", "all": True})
            one.check(any(name == "page" and number != "1"
                          for exchange in judge.front.exchanges for name, number in exchange.query),
                      judge.front.exchanges)

    def looked_for_without_a_note():
        with story() as one:
            one.faults({"match": {"operation": "create", "times": 1}, "do": {"boot_fails": True}})
            made = one.call("create", one.create_request("first"), code=0).document()["server"]
            one.wait_for(lambda: one.machines(live=False)[0]["phase"] == "failed", "a failed boot")
            sought = {"attempt_id": "first", "server_id": made["server_id"]}
            one.call("find", {"installation_id": "home", "sought": [sought]}, code=0)
            stranger = {"attempt_id": "second", "server_id": "4711"}
            one.call("find", {"installation_id": "home", "sought": [stranger]}, code=0)

    def looked_for_while_it_boots():
        with story(boot_ms=60000) as one:
            made = one.call("create", one.create_request("first"), code=0).document()
            # Where an action is no longer among the newest ones, it is asked for by its id.
            one.faults({"match": {"operation": "actions"}, "do": {"partial_list": 1}})
            sought = {"attempt_id": "first", "server_id": made["server"]["server_id"],
                      "note": made["note"]}
            one.call("find", {"installation_id": "home", "sought": [sought]}, code=0)

    def found_by_the_attempt_alone_and_destroyed():
        with story() as one:
            one.call("create", one.create_request("first"), code=0)
            one.wait_for(lambda: one.machines()[0]["phase"] == "running", "a running server")
            for request in ({"sought": [{"attempt_id": "first"}]}, {"all": True}):
                found = one.call("find", {"installation_id": "home", **request}, code=0).document()
                one.check(len(found["servers"]) == 1, found)
            sought = {"attempt_id": "first", "server_id": found["servers"][0]["server_id"]}
            one.call("destroy", {"installation_id": "home", "server": sought}, code=0)
            one.wait_for(lambda: not one.machines(), "the server's end")

    def settings_of_every_kind():
        with story(SETTINGS[vendor]) as one:
            one.configure()
            one.register_key("ops")
            more = {"ssh_public_keys": [KEY], "user_data": "#!/bin/sh\ntouch /run/caf\u00e9\n",
                    "labels": {"application": "web shop", "team": "a/b"},
                    "expires_at_unix_ms": 1795289696000}
            one.call("create", one.create_request("first", **more), code=0)
            one.call("create", one.create_request("first", **more), code=0)  # and adopts its own
            one.check(len(one.machines()) == 1, one.machines())

    def a_name_that_is_taken():
        with story() as one:
            one.faults({"match": {"operation": "create", "times": 1}, "do": {"name_taken": True}})
            one.deploy("web", 2, 4, 50)
            one.berth("run", "--once", code=0)

    def nothing_that_the_plugin_can_ask_was_left_out():
        missing = OPERATIONS[vendor] - judge.operations()
        if missing:
            raise AssertionError(f"not judged: {missing}")

    return [sells_buys_shares_and_releases, out_of_stock_goes_to_the_next_offer,
            what_never_gets_ready_is_destroyed, what_fails_to_boot_is_destroyed, the_conformance_kit,
            every_refusal_has_the_vendors_shape, lists_without_an_end,
            looked_for_without_a_note, looked_for_while_it_boots,
            found_by_the_attempt_alone_and_destroyed, settings_of_every_kind,
            *([a_name_that_is_taken] if vendor == "hetzner" else []),
            nothing_that_the_plugin_can_ask_was_left_out]
