"""What the walks on a real machine share: a cloud whose servers really boot, an ssh key, and the
look at what is left of them afterwards. As tests/walk/harness.py, and on top of it.

Skipped, saying why, where this host cannot run such machines; `./test --machine` installs what they
need and makes their image.
"""
import json
import os
import re
import shlex
import subprocess
import sys
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "walk"))
import harness  # noqa: E402

FAKECLOUD = harness.program("berth-fakecloud")
USER_DATA = """#cloud-config
# Not ASCII, so that no step on the way may guess: Grüße
write_files:
  - path: /etc/berth-marker
    content: "written by cloud-init\\n"
runcmd:
  - [sh, -c, "hostname > /etc/berth-ready"]
"""
# What the deploy command shows of the server, as shell commands there.
SHOWN = {"marker": "cat /etc/berth-marker", "hostname": "cat /etc/berth-ready",
         "instance": "cat /var/lib/cloud/data/instance-id", "user": "id -un",
         "keys": "cat .ssh/authorized_keys",
         "user_data": "sudo -n cat /var/lib/cloud/instance/user-data.txt"}


def required():
    asked = subprocess.run([FAKECLOUD, "--check-backing"], capture_output=True, text=True)
    if asked.returncode:
        raise harness.Skipped(asked.stderr.strip())


def processes():
    """{pid: (start time, namespaces, control groups)} of all that run; the dead that nobody has
    waited for yet are not among them."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            if fields[0] in "ZX":
                continue
            spaces = {os.readlink(f"/proc/{pid}/ns/{kind}")
                      for kind in ("pid", "mnt", "uts", "ipc", "cgroup", "net")}
            with open(f"/proc/{pid}/cgroup") as file:
                found[int(pid)] = (fields[19], spaces, file.read())
        except OSError:
            pass  # it has just ended
    return found


def mounts(mark):
    """Mounts, in any process, whose line has `mark`."""
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/mountinfo") as file:
                found |= {line.strip() for line in file if mark in line}
        except OSError:
            pass
    return found


def folders(top, mark):
    return [os.path.join(where, name) for where, inside, _ in os.walk(top)
            for name in inside if mark in name]


class Story(harness.Story):
    def __init__(self, **cloud_options):
        if "machine_cache" not in cloud_options:
            required()
        self.cache = str(cloud_options.get("machine_cache") or os.path.join(
            os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "berth", "machine"))
        self.interfaces = sorted(os.listdir("/sys/class/net"))
        self.own = processes()[os.getpid()][1]
        super().__init__(backing="nspawn", **cloud_options)

    def start_cloud(self, options):
        super().start_cloud(options)
        self.cloud = self.processes[-1]
        # Every folder, control group and container of this cloud's machines has it in its name.
        self.mark = f"{self.cloud.pid}-"

    def end(self, process):
        if process is self.cloud and process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                pass
        super().end(process)

    def __exit__(self, *why):
        super().__exit__(*why)
        self.clean()

    def clean(self):
        return subprocess.run([FAKECLOUD, "--clean", "--machine-cache", self.cache], check=True,
                              capture_output=True, text=True).stdout

    def configure(self, vendors=("hetzner",), **config):
        self.key = self.path("key")
        if not os.path.exists(self.key):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "walk",
                            "-f", self.key], check=True)
        with open(self.path("cloud-init.yaml"), "w", encoding="utf-8") as file:
            file.write(USER_DATA)
        user = 'ssh_user = "admin"\n' if vendors == ("aws",) else ""
        config = {"account": f'{user}user_data_file = "cloud-init.yaml"\n'
                             f'ssh_identity_file = "{self.key}"\n'
                             f'ssh_public_key_files = ["{self.key}.pub"]',
                  "command": json.dumps(["sh", self.deploy_script()]),
                  "provisioning": 'ready = "marker"', **config}
        super().configure(vendors=vendors, **config)

    def deploy_script(self):
        """Logs in by the host key on record, and shows the server part by part. It waits for nothing:
        what the user-data promised is there when berth calls the server ready."""
        known = shlex.quote(self.path("known_hosts"))
        ssh = ("ssh -i {0} -p $BERTH_SSH_PORT -o BatchMode=yes -o IdentitiesOnly=yes "
               "-o ConnectTimeout=5 -o LogLevel=ERROR -o StrictHostKeyChecking=yes "
               "-o HostKeyAlias=server -o UserKnownHostsFile={1} $BERTH_SSH_USER@$BERTH_SERVER_IP"
               ).format(shlex.quote(self.key), known)
        show = "; ".join(f"echo '== {name}'; {command}" for name, command in SHOWN.items())
        script = self.path("deploy.sh")
        with open(script, "w") as file:
            file.write(f"set -eu\necho \"server $BERTH_SSH_HOST_KEY\" >{known}\n"
                       f"{ssh} test -s /etc/berth-ready\n"
                       f"{ssh} {shlex.quote(show)} >{shlex.quote(self.path('shown'))}\n"
                       "echo deployed\n")
        return script

    def shown(self):
        with open(self.path("shown"), encoding="utf-8") as file:
            parts = re.split(r"^== (\w+)\n", file.read(), flags=re.M)
        return dict(zip(parts[1::2], parts[2::2]))

    def ask(self, path, body=None):
        """Hetzner's API, as another client of it would."""
        request = urllib.request.Request(
            self.url + "/hetzner/v1" + path, body and json.dumps(body).encode(),
            {"Authorization": "Bearer fake-hetzner-token"})
        return json.load(urllib.request.urlopen(request))

    def events(self, name):
        return [line for line in self.oracle() if line["event"] == name]

    def inside(self):
        """The processes of this cloud's machines."""
        return {pid: one for pid, one in processes().items()
                if f"/berth-fakecloud-{self.mark}" in one[2]}

    def groups(self):
        return folders("/sys/fs/cgroup", f"berth-fakecloud-{self.mark}")

    def check_no_processes(self, before):
        """No process, namespace or mount of a machine that had the processes `before`."""
        self.check(before, "the machine had no processes")
        spaces = set().union(*(one[1] for one in before.values())) - self.own
        self.check(len(spaces) >= 4, f"the machine had no namespaces of its own: {spaces}")
        self.wait_for(lambda: not self.inside(), "the machine's processes to end", 20)
        now = processes()
        self.check(all(now.get(pid, ("",))[0] != one[0] for pid, one in before.items()), now)
        kept = {pid for pid, one in now.items() if one[1] & spaces}
        self.check(not kept, f"namespaces of the machine are still those of {kept}")
        left = mounts(f"/running/{self.mark}")
        self.check(not left, f"mounts are left: {left}")
        interfaces = sorted(os.listdir("/sys/class/net"))
        self.check(interfaces == self.interfaces, f"{self.interfaces} became {interfaces}")

    def check_no_files(self):
        self.check(not self.groups(), f"control groups are left: {self.groups()}")
        running = os.path.join(self.cache, "running")
        machines = [name for name in folders(running, "") if f"/{self.mark}" in name
                    and os.path.basename(name).isdigit()]
        self.check(not machines, f"folders are left: {machines}")
