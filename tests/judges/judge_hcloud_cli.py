"""Hetzner's own command line lists, creates and deletes against the fake. Debian's is of 2022."""
import json

import walks
from clients import ClientStory, needed, not_possible


class HcloudCli(ClientStory):
    def configure(self, **config):
        super().configure(**config)
        self.environment.update(HCLOUD_ENDPOINT=self.url + "/hetzner/v1",
                                HCLOUD_TOKEN=walks.SECRETS["HT"])

    def hcloud(self, *args, code=0):
        return self.run([needed("/usr/bin/hcloud", "hcloud-cli"), *args], code)

    def listed(self, what):
        return json.loads(self.hcloud(what, "list", "-o", "json").out) or []  # null: none


def a_server_is_made_labelled_and_deleted():
    with HcloudCli() as story:
        story.check("web-1" not in story.hcloud("server", "list").out, "not empty")
        story.hcloud("ssh-key", "create", "--name", "ops", "--public-key-from-file", story.key_file())
        made = story.hcloud("server", "create", "--name", "web-1", "--type", "cx23", "--image",
                            "debian-12", "--location", "nbg1", "--ssh-key", "ops", "--label", "a=b")
        story.check("IPv4: 127." in made.out, made)
        server, = story.listed("server")
        story.check((server["name"], server["status"], server["labels"]) ==
                    ("web-1", "running", {"a": "b"}), server)
        story.check("web-1" in story.hcloud("server", "list", "--selector", "a==b").out, server)
        story.check("web-1" not in story.hcloud("server", "list", "--selector", "a==c").out, server)
        story.check("cx23" in story.hcloud("server", "describe", "web-1").out, server)
        taken = story.hcloud("server", "create", "--name", "web-1", "--type", "cx23", "--image",
                             "debian-12", code=1)
        story.check("uniqueness_error" in taken.err, taken)
        story.hcloud("server", "delete", "web-1")
        story.wait_gone()
        story.check(story.listed("server") == [], "not gone")
        story.hcloud("ssh-key", "delete", "ops")
        story.check(story.listed("ssh-key") == [], "not gone")


def catalogues():
    with HcloudCli() as story:
        types = {one["name"]: one for one in story.listed("server-type")}
        story.check(types["cx23"]["cores"] == 2, types)
        story.check({one["name"] for one in story.listed("location")} >= {"nbg1", "hel1"}, "locations")
        story.check({one["name"] for one in story.listed("image")} >= {"debian-12"}, "images")
        story.check(story.listed("primary-ip") == [], "addresses")
        refused = story.hcloud("datacenter", "list", code=1)
        story.check("not_found" in refused.err, refused)
        not_possible("hcloud datacenter list", "Hetzner has dropped data centres from its API, and "
                     "the fake with it; `server describe` of this old client shows an empty one")


def a_refusal_is_told_by_its_code():
    with HcloudCli() as story:
        story.environment["HCLOUD_TOKEN"] = "wrong"
        story.check("(unauthorized)" in story.hcloud("server", "list", code=1).err, "wrong token")


walks.walk(a_server_is_made_labelled_and_deleted, catalogues, a_refusal_is_told_by_its_code)
