"""Apache Libcloud lists, creates and deletes against the fake EC2 and the fake DigitalOcean."""
import sys

import walks
from clients import KEY, ClientStory, not_possible

try:
    from libcloud.common import digitalocean as common
    from libcloud.common.types import InvalidCredsError
    from libcloud.compute.drivers import digitalocean, ec2
    from libcloud.compute.types import NodeState
except ImportError as error:
    print(f"SKIPPED: {error}: apt-get install python3-libcloud")
    sys.exit(77)


def digitalocean_at(story, token=walks.SECRETS["DT"]):
    host, port = story.url.removeprefix("http://").split(":")

    class Connection(common.DigitalOcean_v2_Connection):
        """Libcloud's own, to another place: its driver takes neither host nor port."""

        def __init__(self, key, *_, **__):
            super().__init__(key, secure=False, host=host, port=int(port))

        def morph_action_hook(self, action):
            return "/digitalocean" + super().morph_action_hook(action)

    digitalocean.DigitalOcean_v2_NodeDriver.connectionCls = Connection
    return digitalocean.DigitalOceanNodeDriver(token)


def ec2_at(story, secret=walks.SECRETS["AS"]):
    host, port = story.url.removeprefix("http://").split(":")
    driver = ec2.EC2NodeDriver(walks.SECRETS["AK"], secret, region="eu-central-1", host=host,
                               port=int(port), secure=False, signature_version="4")
    driver.path = "/aws/"
    return driver


def only(story, things, test):
    found = [thing for thing in things if test(thing)]
    story.check(found, things)
    return found[0]


def wait_running(story, cloud):
    story.wait_for(lambda: any(node.state == NodeState.RUNNING for node in cloud.list_nodes()),
                   "a running node")


def a_droplet_from_its_creation_to_its_end():
    with ClientStory() as story:
        cloud = digitalocean_at(story)
        story.check(cloud.list_nodes() == [], "not empty")
        key = cloud.create_key_pair("ops", KEY)
        size = only(story, cloud.list_sizes(), lambda one: one.name == "s-1vcpu-1gb")
        image = only(story, cloud.list_images(), lambda one: one.extra["slug"] == "debian-12-x64")
        place = only(story, cloud.list_locations(), lambda one: one.id == "nyc1")
        cloud.create_node("web-1", size, image, place, ex_create_attr={
            "tags": ["team:web"], "ssh_keys": [key.fingerprint]})
        wait_running(story, cloud)
        node, = cloud.list_nodes()
        story.check(node.public_ips[0].startswith("127."), node)
        story.check(cloud.destroy_node(node), node)
        story.wait_gone()
        story.check(cloud.delete_key_pair(key) and cloud.list_key_pairs() == [], key)


def an_instance_from_its_creation_to_its_end():
    with ClientStory() as story:
        cloud = ec2_at(story)
        story.check(cloud.list_nodes() == [] and len(cloud.list_locations()) == 3, "not empty")
        cloud.import_key_pair_from_string("ops", KEY)
        story.check([key.name for key in cloud.list_key_pairs()] == ["ops"], "no key")
        image = only(story, cloud.list_images(ex_owner="136693071363"),
                     lambda one: one.extra["architecture"] == "x86_64")
        size = only(story, cloud.list_sizes(), lambda one: one.id == "t3.micro")
        not_possible("a blank in a name", "this Libcloud signs it as %20 and sends it as +")
        cloud.create_node(name="web-1", image=image, size=size, ex_keyname="ops",
                          ex_metadata={"team": "web"})
        wait_running(story, cloud)
        node, = cloud.list_nodes()
        story.check(node.name == "web-1" and node.extra["tags"]["team"] == "web", node.extra)
        story.check(cloud.destroy_node(node), node)
        story.wait_gone()
        cloud.delete_key_pair(cloud.list_key_pairs()[0])


def hetzner():
    raise walks.Skipped("this Libcloud has no driver for Hetzner")


def wrong_credentials():
    with ClientStory() as story:
        for cloud in (digitalocean_at(story, "wrong"), ec2_at(story, "wrong")):
            try:
                cloud.list_nodes()
                raise AssertionError("a refusal was expected")
            except InvalidCredsError:
                pass


walks.walk(a_droplet_from_its_creation_to_its_end, an_instance_from_its_creation_to_its_end, hetzner,
           wrong_credentials)
