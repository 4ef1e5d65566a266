"""Hetzner's own Python library lists, creates and deletes against the fake. Debian's is of 2022."""
import sys

import walks
from clients import KEY, ClientStory

try:
    import hcloud
    from hcloud.images.domain import Image
    from hcloud.locations.domain import Location
    from hcloud.server_types.domain import ServerType
except ImportError as error:
    print(f"SKIPPED: {error}: apt-get install python3-hcloud")
    sys.exit(77)


def client(story, token=walks.SECRETS["HT"]):
    return hcloud.Client(token=token, api_endpoint=story.url + "/hetzner/v1", poll_interval=0.1)


def a_server_is_made_waited_for_and_deleted():
    with ClientStory() as story:
        cloud = client(story)
        key = cloud.ssh_keys.create("ops", KEY)
        story.check([one.fingerprint for one in cloud.ssh_keys.get_all()] == [key.fingerprint], key)
        made = cloud.servers.create("web-1", ServerType(name="cx23"), Image(name="debian-12"),
                                    location=Location(name="nbg1"), ssh_keys=[key],
                                    labels={"a": "b"}, user_data="#!/bin/sh\n")
        for action in (made.action, *made.next_actions):
            action.wait_until_finished()
        server, = cloud.servers.get_all(label_selector="a==b")
        story.check((server.name, server.status) == ("web-1", "running"), server.data_model)
        story.check(server.public_net.ipv4.ip.startswith("127."), server.public_net.ipv4.ip)
        story.check([one.command for one in server.get_actions()][0] == "create_server", "actions")
        server.delete().wait_until_finished()
        story.wait_gone()
        story.check(cloud.servers.get_all() == [], "not gone")
        key.delete()


def pages_and_catalogues():
    with ClientStory(server_limit=100, boot_ms=0) as story:
        cloud = client(story)
        for number in range(60):
            cloud.servers.create(f"web-{number}", ServerType(name="cx23"), Image(name="debian-12"))
        story.check(len({one.name for one in cloud.servers.get_all()}) == 60, "pages")
        story.check({"cx23", "cax11"} <= {one.name for one in cloud.server_types.get_all()}, "types")
        story.check({"nbg1"} <= {one.name for one in cloud.locations.get_all()}, "locations")


def a_refusal_is_an_exception_with_a_code():
    with ClientStory() as story:
        for token, ask, code in (
                ("wrong", lambda cloud: cloud.servers.get_all(), "unauthorized"),
                (walks.SECRETS["HT"], lambda cloud: cloud.servers.get_by_id(1), "not_found"),
                (walks.SECRETS["HT"], lambda cloud: cloud.servers.create(
                    "x", ServerType(name="cx11"), Image(name="debian-12")), "invalid_input")):
            try:
                ask(client(story, token))
                raise AssertionError(f"{code} was expected")
            except hcloud.APIException as error:
                story.check(error.code == code, error)


walks.walk(a_server_is_made_waited_for_and_deleted, pages_and_catalogues,
           a_refusal_is_an_exception_with_a_code)
