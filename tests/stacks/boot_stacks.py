"""Starts stacks for real on this machine, without containers, as their users would.

    /usr/bin/python3 -B tests/stacks/boot_stacks.py RENDER [TEMPLATES] [--screenshots FOLDER]
                                     [--only TEXT] [--first N] [--at-once N] [--keep]

RENDER is berth-stack-render. Of each stack: ./setup.sh --native, its answers, its page in Chromium
with a screenshot, what it says while its database is away, --status, --down with no process left, and
a second start that still has the data. Laravel runs on a stand-in: laravel/README.md.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent

# Any two choices that go together in a stack do so here at least once; the first dozen are those
# that people make most. Then who starts it, where root may choose.
STACKS = [
    # backend database frontend css
    ("laravel postgresql none tailwind", "root"),
    ("fastapi postgresql react tailwind", "root"),
    ("none postgresql nextjs tailwind", "root"),
    ("laravel mariadb none bootstrap", "nobody"),
    ("express postgresql vue bootstrap", "nobody"),
    ("none sqlite nextjs bootstrap", "root"),
    ("django postgresql none tailwind", "root"),
    ("none mariadb nextjs none", "nobody"),
    ("laravel sqlite nextjs tailwind", "root"),
    ("django sqlite svelte tailwind", "root"),
    ("fastapi mariadb nextjs bootstrap", "root"),
    ("express none none none", "nobody"),
    ("laravel none none none", "root"),
    ("django none react bootstrap", "root"),
    ("fastapi sqlite vue none", "nobody"),
    ("none none vue tailwind", "root"),
    ("express mariadb svelte tailwind", "root"),
    ("express sqlite react none", "root"),
    ("fastapi none svelte none", "root"),
    ("django mariadb vue none", "nobody"),
    ("laravel postgresql svelte none", "root"),
    ("laravel mariadb react bootstrap", "root"),
    ("django none nextjs tailwind", "root"),
    ("none none svelte bootstrap", "nobody"),
    ("fastapi sqlite none none", "root"),
    ("express none nextjs tailwind", "root"),
    ("laravel postgresql vue bootstrap", "root"),
    ("none mariadb none none", "root"),
    ("none none react bootstrap", "root"),
]

# What each css makes of a page, and a browser's own style does not: the background's pixel …
STYLES = {
    "tailwind": {"background": "15 23 4[123] 255", "markers": "none", "weight": "700"},
    "bootstrap": {"background": "33 37 41 255", "weight": "700"},
    "none": {"background": "0 0 0 0", "markers": "disc"},
}

NOTE = "The database works."
TITLE = "It's <my> & \"shop\" $HOME `id` {{ 7 }} {x} #1 \\"  # as in render_stack.cpp


class Wrong(Exception):
    """The stack does not do what it has to; the text is for the person who wrote its templates."""


def check(holds, text):
    if not holds:
        raise Wrong(text)


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def get(port, path):
    """(status, body) of an address on this machine."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()


def processes_in(folder):
    """What runs with the folder as its own, or with something below it in its environment."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            where = os.readlink(process / "cwd")
            environment = (process / "environ").read_bytes()
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if where == str(folder) or where.startswith(f"{folder}/") or \
                f"={folder}".encode() in environment or str(folder) in line:
            found.append(f"{process.name} {line}")
    return found


class Boot:
    def __init__(self, stack, user, given, work, npm):
        self.slots = dict(zip(("backend", "database", "frontend", "css"), stack.split()))
        self.name = "-".join(stack.split())
        self.user = user if os.geteuid() == 0 else "root"
        self.given = given
        self.npm = npm
        self.folder = work / self.name
        self.home = work / f"home-of-{self.user}"
        self.composer = work / f"{self.name}.composer"
        self.seconds = {}

    @property
    def has_server(self):
        return self.slots["database"] not in ("none", "sqlite")

    @property
    def has_page(self):
        return self.slots["frontend"] != "none" or self.slots["backend"] in ("laravel", "django")

    @property
    def unknown(self):
        """The parts that the templates do not have."""
        return [f"{slot}/{choice}" for slot, choice in self.slots.items() if choice != "none"
                and not (pathlib.Path(self.given.templates) / slot / choice).is_dir()]

    def render(self):
        done = subprocess.run(
            [self.given.render, str(self.given.templates), str(self.folder.parent),
             *self.slots.values()], text=True, capture_output=True)
        check(done.returncode == 0, done.stderr)
        env = (self.folder / ".env").read_text()
        names = re.findall(r"^(\w+_PORT)=\d+$", env, re.M)
        self.ports = dict(zip(names, free_ports(len(names))))
        for name, port in self.ports.items():
            env = re.sub(rf"^{name}=\d+$", f"{name}={port}", env, flags=re.M)
        (self.folder / ".env").write_text(env)
        if self.slots["backend"] == "laravel":
            subprocess.run([HERE / "laravel/make_stand_in", self.composer], check=True)
        self.home.mkdir(exist_ok=True)
        if self.user != "root":
            for path in (self.folder, self.home, self.composer):
                if path.exists():
                    subprocess.run(["chown", "-R", self.user, path], check=True)

    def setup(self, *words):
        """Runs setup.sh with nothing of this test's own environment, and gives what it says."""
        home = str(self.home) if self.user != "root" else os.environ.get("HOME", "/root")
        environment = {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8",
                       "COMPOSER_HOME": str(self.composer),
                       "SETUP_TIMEOUT_S": str(self.given.timeout)}
        before = [] if self.user == "root" else \
            ["setpriv", f"--reuid={self.user}", "--regid=nogroup", "--clear-groups", "--"]
        begun = time.monotonic()
        # Into a file: what it starts must not keep a pipe of ours open.
        said = self.folder.parent / f"{self.name}.out"
        with open(said, "w") as out:
            done = subprocess.run([*before, "./setup.sh", *words], cwd=self.folder, env=environment,
                                  stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                  timeout=self.given.timeout + 300)
        self.seconds.setdefault(" ".join(words), round(time.monotonic() - begun, 1))
        check(done.returncode == 0, f"setup.sh {' '.join(words)} ended with {done.returncode}:\n"
              + said.read_text())
        return said.read_text()

    def healthy(self):
        expected = {"status": "ok"}
        if self.slots["database"] != "none":
            expected["database"] = {"notes": 1, "first": NOTE}
        for port in {self.ports.get("APPLICATION_PORT"), self.ports.get("API_PORT")} - {None}:
            status, body = get(port, "/health")
            check(status == 200 and json.loads(body) == expected,
                  f"/health answers {status}: {body}")

    def api(self):
        if self.slots["backend"] == "none":
            return
        notes = [] if self.slots["database"] == "none" else [{"id": 1, "text": NOTE}]
        port = self.ports.get("API_PORT", self.ports["APPLICATION_PORT"])
        status, body = get(port, "/api/notes")
        check(status == 200 and json.loads(body) == notes, f"/api/notes answers {status}: {body}")

    def page(self):
        if not self.has_page:
            return
        picture = pathlib.Path(self.given.screenshots) / f"{self.name}.png"
        done = subprocess.run(["node", HERE / "judges/open_page.mjs", self.npm,
                               f"http://127.0.0.1:{self.ports['APPLICATION_PORT']}/", picture],
                              text=True, capture_output=True, timeout=180)
        check(done.returncode == 0, f"the page cannot be opened: {done.stderr}")
        shown = json.loads(done.stdout)
        check(not shown["errors"], f"the page says: {shown['errors']}")
        for what in ("title", "heading"):
            # What .env holds has look-alikes, where its readers differ.
            said = shown[what].strip().replace("\u2019", "'").replace("\u2216", "\\")
            check(said == TITLE, f"the {what} is {shown[what]!r}")
        notes = [] if self.slots["database"] == "none" else [NOTE]
        check(shown["items"] == notes, f"the page lists {shown['items']}")
        for what, pattern in STYLES[self.slots["css"]].items():
            if what == "markers" and not notes:
                continue
            check(re.fullmatch(pattern, shown[what]),
                  f"{self.slots['css']}: the page's {what} is {shown[what]}")

    def without_database(self):
        """Its end is said by /health with 503, and setup.sh starts it again, and nothing else."""
        if not self.has_server or "APPLICATION_PORT" not in self.ports:
            return
        group = int((self.folder / ".berth/run/database.pid").read_text())
        os.killpg(group, signal.SIGTERM)
        for _ in range(100):
            try:
                os.killpg(group, 0)
            except ProcessLookupError:
                break
            time.sleep(0.1)
        status, body = get(self.ports["APPLICATION_PORT"], "/health")
        check(status == 503, f"without its database /health answers {status}: {body}")
        check(len(body) < 300 and NOTE not in body, f"/health says without its database: {body}")
        said = self.setup("--native")
        check(said.count("starting ") == 1, f"setup.sh started more than the database:\n{said}")
        self.healthy()

    def down(self):
        self.setup("--down")
        left = processes_in(self.folder)
        check(not left, "left after --down:\n" + "\n".join(left))

    def go(self):
        self.render()
        try:
            self.setup("--native")
            self.healthy()
            self.api()
            self.page()
            said = self.setup("--status")
            check(said and all(line.endswith(": healthy") for line in said.splitlines()),
                  f"--status says:\n{said}")
            self.without_database()
            self.down()
            begun = time.monotonic()
            self.setup("--native")
            self.seconds["again"] = round(time.monotonic() - begun, 1)
            self.healthy()
            self.down()
        except Exception:
            self.tell()
            raise
        finally:
            if processes_in(self.folder):
                subprocess.run(["./setup.sh", "--native", "--down"], cwd=self.folder,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if not self.given.keep:
                shutil.rmtree(self.folder, ignore_errors=True)

    def tell(self):
        for log in sorted((self.folder / ".berth/run").glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-25:]
            print(f"--- {self.name}: {log.name}", *lines, sep="\n", flush=True)


def read_arguments():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("render")
    arguments.add_argument("templates", nargs="?",
                           default=HERE.parent.parent / "plugins/stacks/templates")
    arguments.add_argument("--screenshots", help="where they go; else nowhere")
    arguments.add_argument("--only", default="", help="only stacks with this in their names")
    arguments.add_argument("--first", type=int, help="only so many of them")
    arguments.add_argument("--at-once", type=int, default=2)
    arguments.add_argument("--timeout", type=int, default=600, help="seconds for one start")
    arguments.add_argument("--keep", action="store_true", help="the folders of the stacks stay")
    return arguments.parse_args()


def boot(one):
    try:
        one.go()
        times = ", ".join(f"{what} {seconds} s" for what, seconds in one.seconds.items())
        print(f"ok      {one.name} ({one.user}): {times}", flush=True)
        return True
    except Wrong as why:
        print(f"FAILED  {one.name}: {why}", flush=True)
    except Exception:
        print(f"FAILED  {one.name}: {traceback.format_exc()}", flush=True)
    return False


def main():
    given = read_arguments()
    given.render = os.path.abspath(given.render)
    work = pathlib.Path(tempfile.mkdtemp(prefix="berth_boot_")).resolve()
    work.chmod(0o755)  # the databases' own users go through it
    given.screenshots = os.path.abspath(given.screenshots or work)
    os.makedirs(given.screenshots, exist_ok=True)
    installed = subprocess.run([HERE / "judges/install"], text=True, capture_output=True)
    packages = {"node": "nodejs", "chromium": "chromium", "php": "php-cli"}
    missing = [f"{program} ({package})" for program, package in packages.items()
               if not shutil.which(program)]
    if installed.returncode != 0 or missing:
        print(f"NOT JUDGED: {installed.stderr} {', '.join(missing)}")
        return 77
    stacks = [Boot(stack, user, given, work, installed.stdout.strip()) for stack, user in STACKS
              if given.only in stack.replace(" ", "-")][:given.first]
    for one in stacks:
        if one.unknown:
            print(f"NOT JUDGED: {one.name}: there is no {', '.join(one.unknown)}")
    stacks = [one for one in stacks if not one.unknown]
    with concurrent.futures.ThreadPoolExecutor(given.at_once) as pool:
        passed = sum(pool.map(boot, stacks))
    if given.keep:
        print(f"kept in {work}")
    else:
        shutil.rmtree(work, ignore_errors=True)
    print(f"COUNTED: {passed} of {len(stacks)} stacks started without containers, answered from their database, and "
          "went away")
    return 0 if passed == len(stacks) else 1


if __name__ == "__main__":
    sys.exit(main())
