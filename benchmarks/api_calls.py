"""The row api-calls: the fake cloud that counts, and the naive loop beside berth.

The naive loop is what a script does: create each server, then ask for each one that does not run yet
every five seconds. It waits as long as it is told to when it is refused for the rate.
"""
import datetime
import hashlib
import hmac
import json
import os
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree

VENDORS = ("hetzner", "digitalocean", "aws")
MARK = 2.5  # calls a server, everything counted
INTERVAL_S = 5


class FakeCloud:
    """One berth-fakecloud with the vendors' own rate limits."""

    def __init__(self, program, folder, name, boot_ms):
        port_file = os.path.join(folder, name + ".port")
        with open(os.path.join(folder, name + ".log"), "wb") as log:
            self.process = subprocess.Popen(
                [program, "--listen", "127.0.0.1:0", "--port-file", port_file, "--boot-ms",
                 str(boot_ms), "--server-limit", "1000"], stdout=log, stderr=log)
        for _ in range(200):
            if os.path.exists(port_file) and os.path.getsize(port_file):
                break
            time.sleep(0.05)
        with open(port_file, encoding="utf-8") as file:
            self.url = "http://127.0.0.1:" + file.read().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def _ask(self, what):
        with urllib.request.urlopen(self.url + "/_berth/" + what) as answer:
            return json.load(answer)

    def calls(self):
        """Every request that the cloud saw, by vendor, those that it refused included."""
        return {vendor: sum(count[kind] for kind in ("reads", "writes", "deletes"))
                for vendor, count in self._ask("counts").items() if vendor in VENDORS}

    def machines(self):
        made = {}
        answer = self._ask("machines")
        for machine in answer["machines"] if isinstance(answer, dict) else answer:
            if machine["live"]:
                made[machine["vendor"]] = made.get(machine["vendor"], 0) + 1
        return made


def exchange(request):
    while True:
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.read()
        except urllib.error.HTTPError as refusal:
            if refusal.code not in (429, 503):
                raise
            time.sleep(float(refusal.headers.get("retry-after") or 1))


class Json:
    """Hetzner and DigitalOcean: JSON with a bearer token."""

    def __init__(self, url, token, collection, member, body, running):
        self.url, self.token = url, token
        self.collection, self.member, self.body, self.running = collection, member, body, running

    def _ask(self, path, body=None):
        request = urllib.request.Request(
            self.url + path, None if body is None else json.dumps(body).encode(),
            {"Authorization": "Bearer " + self.token, "Content-Type": "application/json"})
        return json.loads(exchange(request))

    def create(self, name):
        return self._ask(self.collection, {**self.body, "name": name})[self.member]["id"]

    def runs(self, identity):
        answer = self._ask(f"{self.collection}/{identity}")
        return answer[self.member]["status"] == self.running


class Ec2:
    """EC2's query API, signed."""

    def __init__(self, url):
        self.url = url
        images = self._ask({"Action": "DescribeImages", "Owner.1": "136693071363",
                            "Filter.1.Name": "name", "Filter.1.Value.1": "debian-12-amd64-*"})
        self.image = images.find(".//{*}imageId").text

    def _ask(self, form):
        body = urllib.parse.urlencode({**form, "Version": "2016-11-15"})
        return xml.etree.ElementTree.fromstring(exchange(self._signed(body)))

    def _signed(self, body):
        now = datetime.datetime.now(datetime.timezone.utc)
        stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        parts = urllib.parse.urlsplit(self.url)
        kind = "application/x-www-form-urlencoded"
        digest = hashlib.sha256(body.encode()).hexdigest()
        canonical = (f"POST\n{parts.path}\n\ncontent-type:{kind}\nhost:{parts.netloc}\n"
                     f"x-amz-date:{stamp}\n\ncontent-type;host;x-amz-date\n{digest}")
        scope = f"{day}/us-east-1/ec2/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n" + hashlib.sha256(
            canonical.encode()).hexdigest()
        key = b"AWS4fake-aws-secret"
        for word in (day, "us-east-1", "ec2", "aws4_request"):
            key = hmac.new(key, word.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        return urllib.request.Request(self.url, body.encode(), {
            "Content-Type": kind, "X-Amz-Date": stamp,
            "Authorization": f"AWS4-HMAC-SHA256 Credential=AKIAFAKEFAKEFAKEFAKE/{scope}, "
                             f"SignedHeaders=content-type;host;x-amz-date, Signature={signature}"})

    def create(self, name):
        answer = self._ask({"Action": "RunInstances", "MinCount": 1, "MaxCount": 1,
                            "ImageId": self.image, "InstanceType": "t3.medium",
                            "ClientToken": name})
        return answer.find(".//{*}instanceId").text

    def runs(self, identity):
        answer = self._ask({"Action": "DescribeInstances", "InstanceId.1": identity})
        return answer.find(".//{*}instanceState/{*}name").text == "running"


def one_by_one(vendor, count):
    waiting = [vendor.create(f"naive-{i}") for i in range(count)]
    while waiting:
        time.sleep(INTERVAL_S)
        waiting = [identity for identity in waiting if not vendor.runs(identity)]


def naive(cloud, count):
    """At all three vendors, side by side."""
    vendors = (
        Json(cloud.url + "/hetzner/v1", "fake-hetzner-token", "/servers", "server",
             {"server_type": "cx33", "image": "debian-12", "location": "nbg1"}, "running"),
        Json(cloud.url + "/digitalocean/v2", "fake-digitalocean-token", "/droplets", "droplet",
             {"size": "s-2vcpu-4gb", "image": "debian-12-x64", "region": "nyc1"}, "active"),
        Ec2(cloud.url + "/aws/"))
    failed = []

    def work(vendor):
        try:
            one_by_one(vendor, count)
        except Exception as problem:  # a thread's own would be lost
            failed.append(problem)

    threads = [threading.Thread(target=work, args=(vendor,)) for vendor in vendors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
