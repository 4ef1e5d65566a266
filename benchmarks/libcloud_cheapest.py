"""The peer of the cold plan: python3-libcloud picks the cheapest size that fits, over three clouds.

As a cold process and without network, as `berth plan` with a warm cache:
  EC2           libcloud's own driver and its own list of sizes and prices (pricing.json), us-east-1
  DigitalOcean  libcloud's own driver reads the answer of GET /v2/sizes from a file
  Hetzner       libcloud has no driver: its NodeSize over the answer of GET /v1/server_types in a file
It ranks by the monthly price of the bare size. Which disk, which address, which stock, which policy,
and a row for every offer with the reason: berth's plan has these, this has not.

    libcloud_cheapest.py FOLDER CORES MEMORY_GB DISK_GB EUR_IN_USD
"""
import json
import sys

from libcloud.compute.base import NodeSize
from libcloud.compute.providers import get_driver
from libcloud.compute.types import Provider

HOURS = 730


def ec2():
    driver = get_driver(Provider.EC2)("key", "secret", region="us-east-1")
    for size in driver.list_sizes():
        if size.price is None:
            continue
        # Its sizes with storage of their own say how much; the others take any EBS volume.
        disk = size.disk or sys.maxsize
        yield size, int(size.extra.get("vcpu", 0)), size.ram, disk, float(size.price) * HOURS


def digitalocean(folder):
    driver = get_driver(Provider.DIGITAL_OCEAN)("token", api_version="v2")
    with open(folder + "/digitalocean.json", encoding="utf-8") as file:
        sizes = map(driver._to_size, json.load(file)["sizes"])
    for size in sizes:
        if "nyc1" in size.extra["regions"]:
            yield size, size.extra["vcpus"], size.ram, size.disk, size.extra["price_monthly"]


def hetzner(folder, eur_in_usd):
    with open(folder + "/hetzner.json", encoding="utf-8") as file:
        types = json.load(file)["server_types"]
    for one in types:
        for price in one["prices"]:
            if price["location"] != "nbg1":
                continue
            monthly = float(price["price_monthly"]["net"]) * eur_in_usd
            size = NodeSize(id=one["id"], name=one["name"], ram=int(one["memory"] * 1024),
                            disk=one["disk"], bandwidth=None, price=monthly, driver=None,
                            extra={"vcpus": one["cores"]})
            yield size, one["cores"], size.ram, size.disk, monthly


def main():
    folder = sys.argv[1]
    cores, memory, disk, eur_in_usd = (float(word) for word in sys.argv[2:6])
    offers = [*ec2(), *digitalocean(folder), *hetzner(folder, eur_in_usd)]
    fitting = [(monthly, size.name) for size, has_cores, ram, has_disk, monthly in offers
               if has_cores >= cores and ram >= memory * 1024 and has_disk >= disk]
    monthly, name = min(fitting)
    print(f"{name} {monthly:.2f} USD a month, of {len(offers)} sizes")


main()
