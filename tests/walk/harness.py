"""What the walks share: a folder, a cloud, a config and the real berth. /usr/bin/python3, no modules.

    with Story() as story:
        document = story.deploy("web", 2, 4, 50)
        story.check(document["status"] == "succeeded", document)

A walk is a script: walk_x.py BUILD_DIR [STORY…]. It ends with 0, 1 (with all that was seen), or 77 (skipped,
saying why). Nothing of a story outlives it.
"""
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("BERTH_BUILD", "build"))
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SECRETS = {"HT": "fake-hetzner-token", "DT": "fake-digitalocean-token",
           "AK": "AKIAFAKEFAKEFAKEFAKE", "AS": "fake-aws-secret"}


class Skipped(Exception):
    """This machine cannot show it; the text says why."""


def program(name):
    return os.path.join(BUILD, "bin", name)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Ran:
    """A finished command."""

    def __init__(self, argv, code, out, err):
        self.argv, self.code, self.out, self.err = argv, code, out, err

    def document(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"$ {' '.join(self.argv)}\nexit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


class Story:
    def __init__(self, cloud=True, **cloud_options):
        """`cloud_options`: berth-fakecloud's own (boot_ms=1500)."""
        self.folder = tempfile.mkdtemp(prefix="berth-walk-")
        self.processes = []
        self.seen = []
        self.environment = {**{k: v for k, v in os.environ.items() if not k.startswith("BERTH")},
                            **SECRETS, "HOME": self.folder}
        self.ssh_port = free_port()
        self.oracle_file = self.path("oracle.jsonl")
        self.url = None
        if cloud:
            self.start_cloud(cloud_options)
        self.configure()

    # A folder that goes.
    def path(self, *names):
        return os.path.join(self.folder, *names)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind and not issubclass(kind, Skipped):
            for ran in self.seen[-6:]:
                print(ran)
            print("--- the cloud's requests with a fault, and what it made")
            if self.url:
                for line in self.oracle():
                    if line["event"] != "request" or line.get("fault"):
                        print(json.dumps(line))
        for process in self.processes:
            self.end(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.wait()

    def start(self, argv, **options):
        process = subprocess.Popen(argv, **options)
        self.processes.append(process)
        return process

    # The cloud.
    def start_cloud(self, options):
        port_file = self.path("port")
        options = {"listen": "127.0.0.1:0", "port_file": port_file, "log": self.oracle_file,
                   "ssh_port": self.ssh_port, "boot_ms": 300, "delete_ms": 100, **options}
        argv = [program("berth-fakecloud")]
        for name, value in options.items():
            argv += ["--" + name.replace("_", "-"), str(value)]
        log = self.path("cloud.log")
        with open(log, "w") as file:
            cloud = self.start(argv, stdout=file, stderr=file)
        self.wait_for(lambda: cloud.poll() is not None or
                      os.path.exists(port_file) and open(port_file).read().strip(), "the cloud")
        self.check(cloud.poll() is None, open(log).read())
        self.url = "http://127.0.0.1:" + open(port_file).read().strip()

    def faults(self, *rules):
        script = "\n".join(json.dumps(rule) for rule in rules)
        urllib.request.urlopen(urllib.request.Request(
            self.url + "/_berth/faults", script.encode(), method="POST")).read()

    def ask_cloud(self, what):
        return json.load(urllib.request.urlopen(self.url + "/_berth/" + what))

    def oracle(self):
        with open(self.oracle_file) as file:
            return [json.loads(line) for line in file if line.strip()]

    def machines(self, live=True):
        """The cloud's own word on what there is."""
        answer = self.ask_cloud("machines")
        machines = answer["machines"] if isinstance(answer, dict) else answer
        # EC2 ends an instance that cannot start by itself: it is listed as terminated.
        return [one for one in machines if not live or
                (one["live"] and (one["vendor"], one["phase"]) != ("aws", "failed"))]

    def endpoint(self, path):
        """Where berth finds what the cloud has under `path`; a walk may put something in between."""
        return self.url + path

    # The config.
    def account(self, vendor, extra=""):
        at = {path: self.endpoint(path) for path in (
            "/hetzner/v1", "/digitalocean/v2", "/aws/", "/aws-pricing/", "/aws-sts/")}
        endpoints = {
            "hetzner": f'token = {{ env = "HT" }}\nendpoint = "{at["/hetzner/v1"]}"',
            "digitalocean": f'token = {{ env = "DT" }}\nendpoint = "{at["/digitalocean/v2"]}"',
            "aws": f'access_key_id = {{ env = "AK" }}\nsecret_access_key = {{ env = "AS" }}\n'
                   f'endpoint = "{at["/aws/"]}"\npricing_endpoint = "{at["/aws-pricing/"]}"\n'
                   f'sts_endpoint = "{at["/aws-sts/"]}"'}
        return (f'[[account]]\nid = "{vendor}-main"\nplugin = "{vendor}"\norganizations = ["acme"]\n'
                f'ssh_port = {self.ssh_port}\n{extra}\n[account.settings]\n{endpoints[vendor]}\n')

    def configure(self, vendors=("hetzner", "digitalocean", "aws"), auto_approve=True, max_servers=5,
                  command='["sh", "-c", "echo deploying $BERTH_APPLICATION to $BERTH_SERVER_IP"]',
                  more="", account="", provisioning="", berth="", look="200ms", call_timeout="30s",
                  settle="1s"):
        quota = "" if max_servers is None else f"max_servers = {max_servers}"
        text = f'''[berth]
state_dir = "state"
log_level = "info"
{berth}
[currency]
compare_in = "USD"
rates = {{ EUR = "1.17" }}
as_of = "2026-08-14"
[provisioning]
look_interval = "{look}"
settle = "{settle}"
call_timeout = "{call_timeout}"
{provisioning}
[deploy]
command = {command}
[[organization]]
id = "acme"
auto_provisioning = true
auto_approve_provisioning = {str(auto_approve).lower()}
{quota}
admins = ["ann"]
'''
        for vendor in vendors if self.url else ():
            text += self.account(vendor, account)
        self.write_config(text + more)

    def configure_hasty(self, **config):
        """Calls time out soon, so that unknown outcomes are settled soon; the catalogues, which take
        their time on a busy machine, are read before."""
        self.configure(**{**config, "call_timeout": "60s"})
        self.berth("offers", "--org", "acme", code=0)
        self.configure(**{"call_timeout": "3s", **config})

    def write_config(self, text):
        with open(self.path("berth.toml"), "w") as file:
            file.write(text)

    # berth.
    def argv(self, *args):
        return [program("berth"), "--config", self.path("berth.toml"), *map(str, args)]

    def berth(self, *args, code=None, timeout=120, **options):
        argv = self.argv(*args)
        done = subprocess.run(argv, env=self.environment, cwd=self.folder, text=True,
                              capture_output=True, timeout=timeout, stdin=subprocess.DEVNULL, **options)
        ran = Ran(argv, done.returncode, done.stdout, done.stderr)
        self.seen.append(ran)
        if code is not None:
            self.check(done.returncode == code, f"expected exit {code}\n{ran}")
        return ran

    def start_berth(self, *args):
        name = self.path(f"berth-{len(self.processes)}.log")
        return self.start(self.argv(*args), env=self.environment, cwd=self.folder, text=True,
                          stdout=open(name + ".out", "w"), stderr=open(name, "w"),
                          stdin=subprocess.DEVNULL)

    def deploy_args(self, application, cpu, memory, disk):
        return ("--json", "deploy", "--org", "acme", "--app", application, "--cpu", cpu,
                "--memory", memory, "--disk", disk)

    def deploy(self, application, cpu=2, memory=4, disk=50, code=0, args=()):
        return self.berth(*self.deploy_args(application, cpu, memory, disk), *args,
                          code=code).document()

    def deploy_after_a_yes(self, application, cpu=2, memory=4, disk=50):
        """An account cannot be asked, and nobody knows what it would sell: an admin says yes."""
        asked = self.deploy(application, cpu, memory, disk, code=3)
        self.berth("--as", "ann", "approve", asked["deployment_id"], code=0)
        self.berth("run", "--once", code=0)
        return self.berth("--json", "status", asked["deployment_id"], code=0).document()

    def listed(self, document, key):
        """Documents that hold a list: the list."""
        return document if isinstance(document, list) else document[key]

    def deployments(self):
        return self.listed(self.berth("--json", "status", code=0).document(), "deployments")

    def audit(self, *args):
        return self.listed(self.berth("--json", "audit", *args, code=0).document(), "records")

    def ledger(self):
        database = sqlite3.connect(f"file:{self.path('state', 'ledger.db')}?mode=ro", uri=True)
        try:
            return "\n".join(database.iterdump())
        finally:
            database.close()

    def rows(self, sql, *values):
        database = sqlite3.connect(f"file:{self.path('state', 'ledger.db')}?mode=ro", uri=True)
        try:
            return database.execute(sql, values).fetchall()
        finally:
            database.close()

    # What has to hold.
    def check(self, holds, what):
        if not holds:
            raise AssertionError(what)

    def wait_for(self, test, what, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if test():
                    return
            except (OSError, sqlite3.Error):
                pass
            time.sleep(0.02)
        raise AssertionError(f"waited {seconds} s for {what}")

    def check_no_leaks(self):
        """At most one machine for each attempt, none without an owner, every deployment ended."""
        made = {}
        for machine in self.machines():
            if not machine.get("attempt"):
                continue  # a stranger's
            made.setdefault(machine["attempt"], []).append(machine["id"])
        self.check(all(len(ids) == 1 for ids in made.values()), f"two machines of one attempt: {made}")
        owned = dict(self.rows("SELECT vendor_id, status FROM attempt WHERE status = 'ready'"))
        for ids in made.values():
            self.check(ids[0] in owned, f"machine {ids[0]} has no owner among {owned}")
        self.check(len(made) == len(owned), f"{made} and {owned} differ")
        open_ones = self.rows("SELECT id, status, reason FROM deployment WHERE status IN "
                              "('placing', 'provisioning', 'deploying')")
        self.check(not open_ones, f"not ended: {open_ones}")
        live = self.rows("SELECT id, status FROM attempt WHERE status NOT IN ('ready', 'gone')")
        self.check(not live, f"attempts on their way: {live}")


def walk(*stories):
    """Runs the stories of a walk, or those that the command line names, one after the other."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # a time-out cleans up as well
    named = sys.argv[2:]
    stories = [story for story in stories if not named or story.__name__ in named]
    failed = skipped = 0
    if not stories:
        sys.exit(f"there is no story {named}")
    for story in stories:
        begin = time.monotonic()
        try:
            story()
            print(f"ok      {story.__name__} ({time.monotonic() - begin:.1f} s)", flush=True)
        except Skipped as why:
            skipped += 1
            print(f"SKIPPED {story.__name__}: {why}", flush=True)
        except Exception:
            failed += 1
            traceback.print_exc(file=sys.stdout)
            print(f"FAILED  {story.__name__} ({time.monotonic() - begin:.1f} s)", flush=True)
    sys.exit(1 if failed else 77 if skipped == len(stories) else 0)
