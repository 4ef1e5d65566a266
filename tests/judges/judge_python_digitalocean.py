"""python-digitalocean lists, creates and deletes against the fake. Debian's is of 2020."""
import os
import sys

import walks
from clients import KEY, ClientStory

try:
    import digitalocean
except ImportError as error:
    print(f"SKIPPED: {error}: apt-get install python3-digitalocean")
    sys.exit(77)

TOKEN = walks.SECRETS["DT"]


def manager(story, token=TOKEN):
    os.environ["DIGITALOCEAN_END_POINT"] = story.url + "/digitalocean/v2/"
    return digitalocean.Manager(token=token)


def a_droplet_is_made_waited_for_and_destroyed():
    with ClientStory() as story:
        cloud = manager(story)
        digitalocean.SSHKey(token=TOKEN, name="ops", public_key=KEY).create()
        key, = cloud.get_all_sshkeys()
        droplet = digitalocean.Droplet(
            token=TOKEN, name="web-1", region="nyc1", image="debian-12-x64", size_slug="s-1vcpu-1gb",
            tags=["team:web"], ssh_keys=[key.fingerprint], user_data="#!/bin/sh\n", backups=False)
        droplet.create()
        action, = droplet.get_actions()
        story.check(action.type == "create", action)
        action.wait(update_every_seconds=0.1)
        story.check(droplet.get_action(action.id).status == "completed", action)
        seen, = cloud.get_all_droplets(tag_name="team:web")
        story.check((seen.name, seen.status, seen.tags) == ("web-1", "active", ["team:web"]), seen)
        story.check(cloud.get_droplet(droplet.id).ip_address.startswith("127."), seen.ip_address)
        droplet.destroy()
        story.wait_gone()
        story.check(cloud.get_all_droplets() == [], "not gone")
        key.destroy()
        story.check(cloud.get_all_sshkeys() == [], "not gone")


def pages_and_catalogues():
    with ClientStory(server_limit=300, boot_ms=0, rate_limits="off") as story:
        cloud = manager(story)
        for number in range(21):
            digitalocean.Droplet.create_multiple(
                token=TOKEN, names=[f"web-{number}-{n}" for n in range(10)], region="nyc1",
                image="debian-12-x64", size_slug="s-1vcpu-1gb")
        story.check(len({one.id for one in cloud.get_all_droplets()}) == 210, "pages")
        story.check("s-1vcpu-1gb" in {one.slug for one in cloud.get_all_sizes()}, "sizes")
        story.check("nyc1" in {one.slug for one in cloud.get_all_regions()}, "regions")
        story.check("debian-12-x64" in {one.slug for one in cloud.get_all_images()}, "images")
        story.check(cloud.get_account().droplet_limit == 300, "account")


def a_refusal_is_an_exception():
    with ClientStory() as story:
        for token, ask, kind in (
                ("wrong", lambda cloud: cloud.get_all_droplets(), digitalocean.DataReadError),
                (TOKEN, lambda cloud: cloud.get_droplet(1), digitalocean.NotFoundError)):
            try:
                ask(manager(story, token))
                raise AssertionError(f"{kind} was expected")
            except kind:
                pass


walks.walk(a_droplet_is_made_waited_for_and_destroyed, pages_and_catalogues,
           a_refusal_is_an_exception)
