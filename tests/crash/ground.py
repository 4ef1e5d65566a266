"""Where a death is played: a cloud that lives for many runs, and for each run a folder, a config, its own ledger.

Runs of one cloud are played one after the other, so all that the oracle wrote since a run began is the run's.
Each run is an installation of its own to berth: servers of earlier runs are strangers'.
"""
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "walk"))
import harness  # noqa: E402  (its folder was added just now)
import invariants  # noqa: E402

KILLED = -9
# A seed is another cloud: other chance, other times to boot and to delete, other lags.
SEEDS = {1: {"boot_ms": 120, "delete_ms": 60, "latency_ms": 0, "tag_lag_ms": 40, "ec2_lag_ms": 30},
         2: {"boot_ms": 220, "delete_ms": 120, "latency_ms": 4, "tag_lag_ms": 90, "ec2_lag_ms": 80},
         3: {"boot_ms": 60, "delete_ms": 30, "latency_ms": 12, "tag_lag_ms": 10, "ec2_lag_ms": 10}}
HASTY = {"look": "100ms", "settle": "250ms", "call_timeout": "1500ms"}
REAPING = '[reap]\ngrace = "300ms"\n'
GRACE = 0.35


class Receiver:
    """What the notifiers deliver to; of every run, in the order of arrival."""

    def __init__(self):
        self.got, lock = [], threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(handler):
                body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
                with lock:
                    self.got.append(body)
                handler.send_response(204)
                handler.send_header("Content-Length", "0")
                handler.end_headers()

            def log_message(handler, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(server, request, address):
                if not isinstance(sys.exc_info()[1], ConnectionError):  # who delivers may die
                    super().handle_error(request, address)

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Cloud(harness.Story):
    """One berth-fakecloud, and for each kind of config a cache.db with its catalogues already read."""

    def __init__(self, seed, **options):
        self.seed, self.caches, self.receiver = seed, {}, Receiver()
        super().__init__(seed=seed, rate_limits="off", server_limit=100000,
                         **{**SEEDS[seed], **options})

    def close(self):
        self.receiver.close()
        self.__exit__(None, None)

    def reread(self):
        """The log so far; a run begins at its end."""
        return os.path.getsize(self.oracle_file)

    def warm_cache(self, run, key):
        if key not in self.caches:
            folder = self.path(f"cache-{len(self.caches)}")
            with open(run.path("berth.toml")) as file:
                text = file.read().replace('state_dir = "state"', f'state_dir = "{folder}"')
            text = text.replace(f'call_timeout = "{HASTY["call_timeout"]}"', 'call_timeout = "60s"')
            self.write_config(text)
            self.berth("offers", "--org", "acme", code=0)
            self.caches[key] = folder
        os.makedirs(run.path("state"), mode=0o700)
        for name in os.listdir(self.caches[key]):
            if name.startswith("cache.db"):
                shutil.copy2(os.path.join(self.caches[key], name), run.path("state", name))


class Run(harness.Story):
    """One installation: what was done to it is in `seen`, what it promised in `promises`."""

    def __init__(self, cloud):
        super().__init__(cloud=False)
        self.cloud, self.url, self.ssh_port = cloud, cloud.url, cloud.ssh_port
        self.oracle_file, self.begin = cloud.oracle_file, cloud.reread()
        self.promises, self.told, self.strangers = [], [], []
        self.delivered_from = len(cloud.receiver.got)
        self.expects_deliveries = False
        self.deaths = 0

    def __exit__(self, *_):
        for process in self.processes:
            self.end(process)
        self.faults_end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def faults_end(self):
        if getattr(self, "faulty", False):
            super().faults()

    def faults(self, *rules):
        self.faulty = True
        super().faults(*rules)

    def oracle(self):
        with open(self.oracle_file) as file:
            file.seek(self.begin)
            return [json.loads(line) for line in file if line.strip()]

    def deploy_script(self, seconds=0.0):
        """Says so when it is not alone: the lock is inherited by all it starts."""
        script = self.path("deploy.sh")
        with open(script, "w") as file:
            file.write(f'exec 9>>"{self.path("lock")}-$BERTH_APPLICATION"\nlog="{self.path("commands")}"\n'
                       'flock -n 9 || echo "overlap $$ $BERTH_DEPLOYMENT_ID" >>"$log"\n'
                       'echo "begin $$ $BERTH_DEPLOYMENT_ID" >>"$log"\n'
                       + (f"sleep {seconds}\n" if seconds else "") +
                       'echo "end $$ $BERTH_DEPLOYMENT_ID" >>"$log"\n')
        return f'["sh", "{script}"]'

    def command_log(self):
        try:
            with open(self.path("commands")) as file:
                return file.read()
        except FileNotFoundError:
            return ""

    # The processes that die.
    def crash(self, args, at=None, listing=None, program="berth-crash", before=(), timeout=90):
        """Runs berth-crash to its end or its death. `before`: the words of a program that runs it."""
        extra = {"BERTH_CRASH_AT": at} if at else {}
        if listing:
            extra["BERTH_CRASH_LIST"] = listing
        argv = [*map(str, before), harness.program(program), "--config", self.path("berth.toml"),
                *map(str, args)]
        done = subprocess.run(argv, env={**self.environment, **extra}, cwd=self.folder, text=True,
                              capture_output=True, timeout=timeout, stdin=subprocess.DEVNULL)
        ran = harness.Ran(argv + ([f"({at})"] if at else []), done.returncode, done.stdout, done.stderr)
        self.seen.append(ran)
        self.told.append(told_events(done.stderr if "--json" in args else done.stdout))
        if done.returncode == KILLED:
            self.deaths += 1
        return ran

    def evidence(self, **more):
        delivered = None
        if self.expects_deliveries:
            delivered = list(self.cloud.receiver.got[self.delivered_from:])
        return invariants.Evidence(self.oracle(), self.path("state"), self.promises, self.told,
                                   self.command_log(), delivered, self.strangers, **more)

    def strays_now(self):
        """Live servers that nothing on record owns."""
        try:
            owned = {str(row[0]) for row in self.rows("SELECT vendor_id FROM attempt WHERE status = 'ready'")}
        except Exception:
            owned = set()
        return [machine for _, machine in invariants.live_at_the_end(self.oracle()) if machine not in owned]


def told_events(text):
    """Types of the events in berth's lines, "12:03:04 deployment.accepted  web needs …"."""
    kinds = []
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1 and len(words[0]) == 8 and words[0].count(":") == 2 and "." in words[1]:
            kinds.append(words[1])
    return kinds


class Ground:
    """For one worker: the cloud of the seed that is played now."""

    def __init__(self, **options):
        self.options, self.cloud, self.runs = options, None, 0

    def run(self, seed):
        # A list of thousands of servers is slow, and is not what is shown here.
        if self.cloud and (self.cloud.seed != seed or self.runs >= 60):
            self.close()
        if not self.cloud:
            self.cloud, self.runs = Cloud(seed, **self.options), 0
        self.runs += 1
        return Run(self.cloud)

    def close(self):
        if self.cloud:
            self.cloud.close()
        self.cloud = None


def temporary_folder():
    return tempfile.mkdtemp(prefix="berth-crash-")


def in_parallel(tasks, play, jobs, say=None):
    """play(ground, task) for every task, `jobs` at once; results in the order of their ends."""
    tasks, results, problems, lock = list(tasks), [], [], threading.Lock()
    begin = time.monotonic()
    total = len(tasks)

    def worker():
        ground = Ground()
        try:
            while True:
                with lock:
                    if not tasks:
                        return
                    task = tasks.pop(0)
                result = play(ground, task)
                with lock:
                    results.append(result)
                    if say and (len(results) % 100 == 0 or len(results) == total):
                        say(len(results), total, time.monotonic() - begin)
        except Exception as problem:  # a defect of the suite itself: it ends, and says so
            with lock:
                problems.append(problem)
                tasks.clear()
        finally:
            ground.close()

    threads = [threading.Thread(target=worker) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    return results
