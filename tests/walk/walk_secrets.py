"""Credentials are nowhere but where they came from: planted ones are searched for in all that berth
writes, says, sends and starts, in every form that text takes on its way."""
import base64
import http.server
import json
import os
import resource
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import harness

# With letters that are written otherwise in URLs and in JSON.
PLANTED = {"HT": "planted/hetzner+token=1", "FILE": "planted/digitalocean+token=2",
           "RUNTIME": 'planted/run~time"token=3', "OTHER": "planted/other+token=4",
           "HOOK": 'planted "hook"/secret+5'}


def base64_cores(secret):
    """The characters that depend on the secret alone, at each of its three places in a group."""
    for skip in range(3):
        first = (skip * 8 + 5) // 6
        last = (skip + len(secret)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(b"\0" * skip + secret + b"\0\0\0")[first:last]


def forms(secret):
    text = secret.decode("latin-1")
    found = {secret, secret.hex().encode(), secret.hex().upper().encode()}
    for quoted in (urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret), urllib.parse.quote(secret)):
        found |= {quoted.encode(), quoted.lower().encode()}
    escaped = json.dumps(text)[1:-1]
    found |= {escaped.encode(), escaped.replace("/", "\\/").encode()}
    found |= set(base64_cores(secret))
    return {form for form in found if len(form) >= 6}


def leaks(places, secrets):
    return [f"{name} is in {place}, as {form}" for place, content in places.items()
            for name, secret in secrets.items() for form in forms(secret) if form in content]


def files_below(folder, leave_out=()):
    places = {}
    for at, _, files in os.walk(folder):
        for name in files:
            path = os.path.join(at, name)
            if path not in leave_out:
                with open(path, "rb") as file:
                    places[path] = file.read()
    return places


class Watch:
    """Command lines of all processes, and the environments of those that berth starts."""

    def __init__(self, marks):
        self.commands, self.environments, self.marks = set(), {}, marks
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()

    def run(self):
        while not self.done.is_set():
            for pid in filter(str.isdigit, os.listdir("/proc")):
                try:
                    with open(f"/proc/{pid}/cmdline", "rb") as file:
                        command = file.read()
                    if b"berth-fakecloud" in command or b"walk_secrets" in command:
                        continue  # the cloud and the walk know them
                    self.commands.add(command)
                    for mark in self.marks:
                        if mark in command:
                            with open(f"/proc/{pid}/environ", "rb") as file:
                                self.environments[mark] = self.environments.get(mark, b"") + file.read()
                except OSError:
                    pass
            self.done.wait(0.01)


class Recorder:
    """What is sent: to a receiver of its own, or on to the cloud."""

    def __init__(self, onward=None):
        self.bodies, lock = [], threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            def serve(handler):
                body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
                with lock:
                    self.bodies.append(handler.path.encode() + b"\n" + body)
                    if not onward:  # the cloud has to get the token in a header; a receiver has not
                        self.bodies.append(str(dict(handler.headers)).encode())
                status, answer = 204, b""
                if onward:
                    headers = {key: value for key, value in handler.headers.items() if key.lower() != "host"}
                    request = urllib.request.Request(onward + handler.path, body or None, headers,
                                                     method=handler.command)
                    try:
                        with urllib.request.urlopen(request) as reply:
                            status, answer = reply.status, reply.read()
                    except urllib.error.HTTPError as error:
                        status, answer = error.code, error.read()
                handler.send_response(status)
                handler.send_header("Content-Type", "application/json")
                handler.send_header("Content-Length", str(len(answer)))
                handler.end_headers()
                handler.wfile.write(answer)

            do_GET = do_POST = do_DELETE = do_PUT = serve

            def log_message(handler, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def written(path, text, mode=0o600):
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def planted_story(story, receiver, cloud):
    """One account by the environment, one by a file, in a worker; later one that is added."""
    for name in harness.SECRETS:
        del story.environment[name]
    story.environment.update({name: PLANTED[name] for name in ("HT", "OTHER", "HOOK")})
    written(story.path("do-token"), PLANTED["FILE"] + "\n")
    if not shutil.which("ssh-keygen"):
        raise harness.Skipped("there is no ssh-keygen to make a private key with")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", story.path("identity")], check=True)
    written(story.path("user-data"), "#cloud-config\nruncmd: [true]\n")
    story.configure(
        vendors=(), max_servers=9, berth=f'log_file = "{story.path("berth.log")}"\n',
        command=f'["sh", "-c", "env > {story.path("command.env")}; cat {story.path("do-token")}; sleep 0.6 # deploy-mark"]',
        more=f'[credentials]\nkey_file = "{story.path("key")}"\n'
             f'[[notifier]]\nid = "file"\nplugin = "log"\n[notifier.settings]\npath = "{story.path("events.jsonl")}"\n'
             f'[[notifier]]\nid = "hook"\nplugin = "webhook"\n[notifier.settings]\n'
             f'url = "{receiver.url}/hook"\nsecret = {{ env = "HOOK" }}\n'
             f'[[account]]\nid = "hetzner-main"\nplugin = "hetzner"\norganizations = ["acme"]\n'
             f'ssh_port = {story.ssh_port}\nisolation = "worker"\nuser_data_file = "{story.path("user-data")}"\n'
             f'ssh_identity_file = "{story.path("identity")}"\n'
             f'[account.settings]\ntoken = {{ env = "HT" }}\nendpoint = "{cloud.url}/hetzner/v1"\n'
             f'[[account]]\nid = "digitalocean-main"\nplugin = "digitalocean"\norganizations = ["acme"]\n'
             f'ssh_port = {story.ssh_port}\n[account.settings]\ntoken = {{ file = "{story.path("do-token")}" }}\n'
             f'endpoint = "{cloud.url}/digitalocean/v2"\n')
    with open(story.path("berth.toml")) as file:
        text = file.read().replace('log_level = "info"', 'log_level = "debug"')
    story.write_config(text)
    story.berth("accounts", "new-key", story.path("key"), code=0)


def identity_lines(path):
    return [line for line in open(path).read().splitlines() if line and "-----" not in line]


class TokenStory(harness.Story):
    """A cloud that takes the planted tokens."""

    def start_cloud(self, options):
        given = [("hetzner", "HT"), ("hetzner", "RUNTIME"), ("hetzner", "OTHER"), ("digitalocean", "FILE")]
        argv = [harness.program("berth-fakecloud"), "--listen", "127.0.0.1:0", "--port-file", self.path("port"),
                "--log", self.oracle_file, "--ssh-port", str(self.ssh_port), "--boot-ms", "500",
                "--delete-ms", "100"]
        for vendor, name in given:
            argv += ["--token", f"{vendor}={PLANTED[name]}"]
        with open(self.path("cloud.log"), "w") as file:
            cloud = self.start(argv, stdout=file, stderr=file)
        self.wait_for(lambda: cloud.poll() is not None or os.path.exists(self.path("port")) and
                      open(self.path("port")).read().strip(), "the cloud")
        self.check(cloud.poll() is None, open(self.path("cloud.log")).read())
        self.url = "http://127.0.0.1:" + open(self.path("port")).read().strip()


def appear_nowhere():
    receiver = Recorder()
    with TokenStory() as story:
        cloud = Recorder(story.url)
        planted_story(story, receiver, cloud)
        written(story.path("runtime-token"), PLANTED["RUNTIME"])
        ann = ("--as", "ann", "--json")
        adding = ("accounts", "add", "hetzner", "--org", "acme", "--plugin", "hetzner", "--set",
                  f"endpoint={cloud.url}/hetzner/v1", "--ssh-port", story.ssh_port)
        with Watch([b"berth-worker", b"deploy-mark"]) as watch:
            story.berth(*ann, *adding, "--secret", "token=env:HOOK", code=4)
            story.faults({"match": {"operation": "list", "times": 1}, "do": {"error": "unknown_code"}})
            story.berth(*ann, *adding, "--secret", "token=@" + story.path("runtime-token"))
            story.faults()
            story.berth(*ann, *adding, "--secret", "token=@" + story.path("runtime-token"), code=0)
            story.berth(*ann, "accounts", "validate", "acme.hetzner", code=0)
            story.berth(*ann, "accounts", "update", "acme.hetzner", "--secret", "token=env:OTHER", code=0)
            story.berth(*ann, "accounts", "rotate-key", code=0)
            # Wherever it is bought, each of the accounts is used.
            for account in ("hetzner-main", "digitalocean-main", "acme.hetzner"):
                story.berth("offers", "--account", account, "--refresh", code=0)
                offers = story.berth("--json", "offers", "--account", account, code=0).document()["offers"]
                story.berth("--as", "ann", "servers", "buy", offers[0]["name"], "--org", "acme", "--wait", code=0)
            story.faults({"match": {"operation": "create", "times": 1}, "do": {"error": "unauthorized"}},
                         {"match": {"operation": "list", "times": 2}, "do": {"error": "unknown_code"}})
            ran = story.berth(*story.deploy_args("web", 2, 4, 50))
            if ran.code != 0:
                story.berth("retry", ran.document()["deployment_id"])
                story.berth("run", "--once", code=0)
            story.faults()
            ids = [one["deployment_id"] for one in story.deployments()]
            for mode in ((), ("--json",)):
                for command in (("audit",), ("status",), ("status", ids[0]), ("events",), ("events", ids[0]),
                                ("plugins", "list"), ("plugins", "describe", "hetzner"), ("config", "check"),
                                ("config", "path"), ("servers", "list", "--gone"), ("accounts", "list"),
                                ("offers",), ("reap", "--dry-run"), ("run", "--once"), ("__complete", "account"),
                                ("plan", "--org", "acme", "--app", "x", "--cpu", 1, "--memory", 1, "--disk", 20),
                                ("plugins", "call", "hetzner", "check", "{}"),
                                ("plugins", "call", "hetzner", "nonsense", "{}"),
                                ("plugins", "check", "hetzner"), ("accounts", "validate", "nobody"),
                                ("servers", "remove", "nobody"), ("deploy", "--org", "nobody")):
                    story.berth("--as", "ann", *mode, *command)
            # With the write-ahead logs, which live as long as somebody has the databases open.
            del story.environment["OTHER"]  # what is replaced below is not berth's to withhold any more
            running = story.start_berth("run")
            story.wait_for(lambda: os.path.exists(story.path("state", "ledger.db-wal")), "the log")
            story.berth("--as", "ann", "accounts", "validate", "acme.hetzner", code=0)
            story.berth(*ann, "accounts", "update", "acme.hetzner", "--secret",
                        "token=@" + story.path("runtime-token"), code=0)
            story.deploy("second", 8, 16, 50)
            before_removal = files_below(story.path("state"))
            story.end(running)
            for server in story.berth("--json", "servers", "list").document()["servers"]:
                story.berth("--as", "ann", "servers", "remove", server["name"], "--force")
            story.berth("reap", code=0)
            story.berth(*ann, "accounts", "remove", "acme.hetzner", code=0)
        secrets = {name: secret.encode() for name, secret in PLANTED.items()}
        sources = [story.path(name) for name in ("do-token", "runtime-token", "identity", "key", "key.old",
                                                 "oracle.jsonl", "cloud.log")]
        for name in ("key", "key.old"):
            text = open(story.path(name)).read().strip()
            secrets[name] = text.encode()
            secrets[name + " itself"] = base64.b64decode(text)
        for number, line in enumerate(identity_lines(story.path("identity"))):
            if number > 0:  # the first says which kind of key it is, and holds the public one
                secrets[f"identity {number}"] = line[:60].encode()
        said = "\n".join(ran.out + ran.err for ran in story.seen).encode()
        places = {"output": said, "command lines": b"\n".join(watch.commands),
                  "what the receiver got": b"\n".join(receiver.bodies),
                  "what the clouds got besides headers": b"\n".join(cloud.bodies),
                  **{"the environment of " + mark.decode(): text for mark, text in watch.environments.items()},
                  **{"before the removal: " + path: text for path, text in before_removal.items()},
                  **files_below(story.folder, sources)}
        found = leaks(places, secrets)
        story.check(not found, "\n".join(found))
        # The search saw what it is about.
        story.check(b"deployment.succeeded" in places["what the receiver got"], "no event was sent")
        story.check(b"#cloud-config" in places["what the clouds got besides headers"], "no user-data was sent")
        story.check(b"[redacted]" in said, "the deploy command's output is not shown")
        story.check(len(watch.environments) == 2 and b"PATH=" in watch.environments[b"berth-worker"] and
                    b"BERTH_SERVER_IP" in watch.environments[b"deploy-mark"], watch.environments.keys())
        story.check(any(command.startswith(b"ssh") or b"berth-worker" in command for command in watch.commands),
                    watch.commands)
        for name in ("ledger.db-wal", "ledger.db-shm", "cache.db"):
            story.check("before the removal: " + story.path("state", name) in places, name + " was not seen")
        for name in ("berth.log", "events.jsonl", "command.env", "state/ledger.db", "state/cache.db"):
            story.check(places[story.path(name)], name + " is empty")
        story.check(b"debug" in places[story.path("berth.log")], "the log is not at debug")
        for name in ("HT", "HOOK"):
            story.check(f"\n{name}=".encode() not in b"\n" + places[story.path("command.env")],
                        f"the deploy command got {name}")
        for path in before_removal:
            mode = os.stat(path).st_mode if os.path.exists(path) else 0
            story.check(mode & 0o077 == 0, f"{path} has mode {mode:o}")
        story.check(os.stat(story.path("state")).st_mode & 0o077 == 0, "the state folder is open")
        # And it can fail: each form of each of them is caught in a line of the log.
        log = story.path("berth.log")
        clean = places[log]
        for name, secret in secrets.items():
            for form in forms(secret):
                planted = {log: clean + b"debug: GET /x?y=" + form + b" 200\n"}
                story.check(leaks(planted, {name: secret}), f"{name} as {form} is not found")


def keys_of_the_environment_reach_nobody():
    with harness.Story() as story:
        key = "5ec4e7" * 10 + "abcd"
        story.environment["BERTH_CREDENTIALS_KEY"] = key
        story.environment["BERTH_CREDENTIALS_OLD_KEY"] = key[::-1].replace("g", "a")
        story.configure(vendors=("hetzner",),
                        command=f'["sh", "-c", "env > {story.path("command.env")}; sleep 0.5 # deploy-mark"]')
        with open(story.path("berth.toml")) as file:
            text = file.read().replace('plugin = "hetzner"', 'plugin = "hetzner"\nisolation = "worker"')
        story.write_config(text)
        with Watch([b"berth-worker", b"deploy-mark"]) as watch:
            story.deploy("web")
        places = {mark.decode(): environment for mark, environment in watch.environments.items()}
        story.check(len(places) == 2, list(places))
        places.update(files_below(story.folder))
        found = leaks(places, {"key": key.encode(), "itself": bytes.fromhex(key)})
        story.check(not found, found)
        story.check(b"BERTH_CREDENTIALS" not in places[story.path("command.env")], "its name is told")


def no_core_file_is_left():
    def dumped(argv, environment, folder):
        process = subprocess.Popen(argv, env=environment, cwd=folder, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        time.sleep(1)
        process.send_signal(signal.SIGABRT)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = -signal.SIGABRT
        return os.WCOREDUMP(status)

    with harness.Story() as story:
        most = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (most, most))
        folder = story.path("cores")
        os.mkdir(folder)
        if most == 0 or not dumped(["sleep", "60"], story.environment, folder):
            raise harness.Skipped("this machine leaves no core file of anybody")
        story.check(not dumped(story.argv("run"), story.environment, folder), "berth left a core file")


def readable_by_others_are_refused():
    with harness.Story() as story:
        token = story.path("token")
        with open(token, "w") as file:
            file.write(harness.SECRETS["HT"])
        story.configure(vendors=("hetzner",), provisioning='config_patience = "1s"')
        text = open(story.path("berth.toml")).read().replace('{ env = "HT" }', f'{{ file = "{token}" }}')
        story.write_config(text)
        os.chmod(token, 0o644)
        ran = story.berth(*story.deploy_args("web", 2, 4, 50))
        story.check(ran.code != 0 and "chmod 600" in ran.out + ran.err, ran)
        os.chmod(token, 0o600)
        story.deploy("api")


harness.walk(appear_nowhere, keys_of_the_environment_reach_nobody, no_core_file_is_left,
             readable_by_others_are_refused)
