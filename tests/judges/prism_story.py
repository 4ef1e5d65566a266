"""A story (tests/walk/harness.py) in which berth speaks to its cloud through Prism.

    with JudgedStory(judge, "hetzner") as story:
        story.deploy("web")
    # left without violations, or not at all
"""
import json
import urllib.request

import walks

DOCUMENTS = {"hetzner": "hetzner.json", "digitalocean": "digitalocean.json"}
# Where the vendor's document begins in berth-fakecloud's paths.
ROOTS = {"hetzner": "/hetzner/v1", "digitalocean": "/digitalocean"}
TYPES = {"hetzner": ("nbg1", "cx23"), "digitalocean": ("nyc1", "s-1vcpu-1gb")}
KEY = ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g "
       "ann@example.org")


class JudgedStory(walks.Story):
    def __init__(self, judge, vendor, settings="", **cloud_options):
        """`settings`: lines of [account.settings]."""
        self.judge, self.vendor, self.settings = judge, vendor, settings
        judge.forget()
        super().__init__(**cloud_options)

    def start_cloud(self, options):
        super().start_cloud(options)
        self.judge.point_at(self.url + ROOTS[self.vendor])

    def endpoint(self, path):
        return self.judge.url + path.removeprefix(ROOTS.get(self.vendor, ""))

    def account(self, vendor, extra=""):
        return super().account(vendor, extra) + self.settings + "\n"

    def configure(self, **config):
        super().configure(**{"vendors": (self.vendor,), **config})

    def __exit__(self, kind, *error):
        try:
            if not kind:
                self.check_no_violations()
            elif not issubclass(kind, walks.Skipped):
                print("\n".join(["--- Prism's word", *self.judge.violations()]))
        finally:
            super().__exit__(kind, *error)

    def check_no_violations(self):
        judged, violations = len(self.judge.front.exchanges), self.judge.violations()
        self.check(judged, "Prism was asked nothing")
        self.check(not violations, f"{len(violations)} violations:\n" + "\n".join(violations))
        print(f"        {judged} requests judged, 0 violations")

    def register_key(self, name):
        """Somebody's key, by the vendor's own API, through Prism as well."""
        body = json.dumps({"name": name, "public_key": KEY.replace("HyA", "HyE")}).encode()
        path = {"hetzner": "/hetzner/v1/ssh_keys", "digitalocean": "/digitalocean/v2/account/keys"}
        token = walks.SECRETS[{"hetzner": "HT", "digitalocean": "DT"}[self.vendor]]
        urllib.request.urlopen(urllib.request.Request(
            self.endpoint(path[self.vendor]), body, method="POST",
            headers={"Authorization": "Bearer " + token, "Content-Type": "application/json"})).read()

    # The plugin without the engine: methods that the engine uses seldom.
    def call(self, method, request, code=None):
        return self.berth("--json", "plugins", "call", self.vendor, method, json.dumps(request),
                          code=code)

    def create_request(self, attempt, **more):
        region, instance_type = TYPES[self.vendor]
        return {"installation_id": "home", "organization_id": "acme", "attempt_id": attempt,
                "candidate": 0, "name": "auto-acme-" + attempt, "region": region,
                "market": "on_demand", "instance_type": instance_type, "arch": "x86_64",
                "disk_mib": 20480, **more}
