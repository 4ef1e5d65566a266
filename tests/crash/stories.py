"""The stories that are interrupted. Each is a config, what went before, and commands; any of them may die at any
edge. `recover()` is the way out that every user has."""
import json
import os
import time
import urllib.request

import ground


class Act:
    """One command. promise(run): what its exit 0 says will be true at the end."""

    def __init__(self, args, promise=None, codes=(0,), after=0.0):
        self.args, self.promise, self.codes, self.after = args, promise, codes, after


class Story:
    def __init__(self, name, acts, *, vendors=("hetzner",), before=None, statuses=("succeeded",), warm=True,
                 faults=(), reaps=False, delivers=False, seconds=0.0, cloud=None, **config):
        self.name, self.acts, self.vendors, self.before = name, acts, vendors, before
        self.statuses, self.warm, self.faults = statuses, warm, faults
        self.reaps, self.delivers, self.seconds = reaps, delivers, seconds
        self.config = config

    def begin(self, run):
        config = dict(self.config)
        config["more"] = ground.REAPING + config.get("more", "")
        # What a failover may cost has stories of its own.
        config["provisioning"] = "dearer_percent = 1000\n" + config.get("provisioning", "")
        if self.delivers:
            config["more"] += (f'[[notifier]]\nid = "hook"\nplugin = "webhook"\n[notifier.settings]\n'
                               f'url = "{run.cloud.receiver.url}"\nsecret = {{ env = "HOOK" }}\n')
            run.environment["HOOK"] = "shared-with-the-receiver"
            run.expects_deliveries = True
        run.configure(vendors=self.vendors, command=run.deploy_script(self.seconds),
                      **{**ground.HASTY, **config})
        if self.warm:
            run.cloud.warm_cache(run, (self.name if config.get("account") else "") + ",".join(self.vendors))
        if self.before:
            self.before(run)
        if self.faults:
            run.faults(*self.faults)

    def play(self, run, at=None, listing=None):
        """All acts, up to the death. `at`: (act, "name#n"). Returns whether it came to a death."""
        for number, act in enumerate(self.acts):
            here = at[1] if at and at[0] == number else None
            ran = run.crash(act.args(run), here, listing and f"{listing}.{number}")
            if ran.code == ground.KILLED:
                return True
            run.check(ran.code in act.codes, f"expected one of {act.codes}\n{ran}")
            if ran.code == 0 and act.promise:
                run.promises += act.promise(run)
            time.sleep(act.after)
        return False


def first(run, sql, *values):
    rows = run.rows(sql, *values)
    return rows[0] if rows else None


# What an exit 0 promises.
def deployed(application):
    return lambda run: [(f"{application} was reported as deployed",
                         "SELECT 1 FROM deployment WHERE application = ? AND status = 'succeeded'",
                         (application,))]


def accepted(application):
    return lambda run: [(f"{application} was accepted",
                         "SELECT 1 FROM deployment WHERE application = ?", (application,))]


def ended(application, *statuses):
    marks = ", ".join(repr(one) for one in statuses)
    return lambda run: [(f"{application} was said to be on its way to {marks}",
                         f"SELECT 1 FROM deployment WHERE application = ? AND status IN ({marks})",
                         (application,))]


def released(application):
    return lambda run: [(f"{application} was released", "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM hold "
                         "WHERE application = ?)", (application,))]


def added(name):
    return lambda run: [(f"server {name} was added", "SELECT 1 FROM server WHERE name = ?", (name,))]


# Commands.
def deploy(application="web", *more):
    return lambda run: ("--json", "deploy", "--org", "acme", "--app", application, "--cpu", 2, "--memory", 4,
                        "--disk", 50, "--idempotency-key", "key-" + application, *more)


def approve(run):
    row = first(run, "SELECT id FROM deployment")
    return ("--as", "ann", "approve", row[0])


def cancel(run):
    return ("--as", "ann", "cancel", first(run, "SELECT id FROM deployment")[0])


def words(*args):
    return lambda run: args


ADD = ("--as", "ann", "servers", "add", "--name", "one", "--org", "acme", "--ip", "127.0.0.1", "--cpu", 8,
       "--memory", 16, "--disk", 200)


# What went before.
def with_a_server(run):
    run.berth(*ADD, code=0)


def with_a_deployment(run):
    run.berth(*deploy()(run), code=0)


def left_booting(run):
    """Somebody's deploy died while its server boots, which takes long."""
    run.berth(*deploy("web", "--no-wait")(run), code=0)
    process = run.start_berth("run", "--once")
    run.wait_for(lambda: run.rows("SELECT 1 FROM attempt WHERE status = 'booting'"), "booting")
    process.kill()
    process.wait()


def with_a_stray(run):
    """A server with our label that no create of ours made; Hetzner only."""
    run.berth("run", "--once", code=0)
    installation = run.rows("SELECT id FROM installation")[0][0]
    attempt = f"nobody{run.begin}"
    body = {"name": f"planted-{run.begin}", "server_type": "cx23", "image": "debian-12", "location": "nbg1",
            "labels": {"installation": installation, "attempt": attempt, "managed_by": "berth",
                       "organization_id": "acme"}}
    request = urllib.request.Request(
        run.url + "/hetzner/v1/servers", json.dumps(body).encode(), method="POST",
        headers={"Authorization": "Bearer fake-hetzner-token", "Content-Type": "application/json"})
    urllib.request.urlopen(request).read()
    run.strangers.append(attempt)
    time.sleep(ground.GRACE)


OUT_OF_STOCK = {"match": {"vendor": "hetzner", "operation": "create"}, "do": {"error": "out_of_stock"}}
SLOW_BOOT = {"match": {"operation": "create"}, "do": {"slow_boot": 60000}}
FAILED_BOOT = {"match": {"operation": "create", "times": 1}, "do": {"boot_fails": True}}

STORIES = [
    Story("place", [Act(words(*ADD), added("one")), Act(deploy(), deployed("web"))], vendors=()),
    Story("buy_hetzner", [Act(deploy(), deployed("web"))], warm=False),
    Story("buy_digitalocean", [Act(deploy(), deployed("web"))], vendors=("digitalocean",)),
    Story("buy_aws", [Act(deploy(), deployed("web"))], vendors=("aws",)),
    Story("buy_in_worker", [Act(deploy(), deployed("web"))], account='isolation = "worker"'),
    Story("failover", [Act(deploy(), deployed("web"))], vendors=("hetzner", "digitalocean"),
          faults=(OUT_OF_STOCK,)),
    Story("failed_boot", [Act(deploy(), deployed("web"))], faults=(FAILED_BOOT,)),
    Story("approval", [Act(deploy(), None, codes=(3,)), Act(approve, ended("web", "succeeded")),
                       Act(words("run", "--once"), deployed("web"))],
          statuses=("succeeded", "awaiting_approval"), auto_approve=False),
    Story("cancel_while_booting", [Act(cancel, ended("web", "cancelled"))], before=left_booting,
          statuses=("succeeded", "cancelled"), faults=()),
    Story("command", [Act(deploy(), deployed("web"))], vendors=(), before=with_a_server, seconds=0.3),
    Story("release", [Act(words("release", "--org", "acme", "--app", "web"), released("web")),
                      Act(words("reap"), after=0.45), Act(words("reap"))],
          vendors=("aws",), before=with_a_deployment, reaps=True,
          more='[scale_down]\nidle = "300ms"\n'),
    Story("reap_stray", [Act(words("reap"))], before=with_a_stray, reaps=True),
    Story("notify", [Act(deploy(), deployed("web"))], vendors=(), before=with_a_server, delivers=True),
    Story("accept", [Act(deploy("web", "--no-wait"), accepted("web")),
                     Act(deploy("web", "--no-wait"), accepted("web")), Act(deploy(), deployed("web"))]),
    Story("redeploy", [Act(words("--json", "deploy", "--org", "acme", "--app", "web", "--cpu", 1, "--memory", 2,
                                 "--disk", 20, "--idempotency-key", "key-again"), deployed("web"))],
          before=with_a_deployment),
]


def story_named(name):
    return next(one for one in STORIES if one.name == name)


def settle(run, story, reap):
    """The end of time: nothing is on its way any more, and what nobody owns is given back."""
    run.berth("run", "--once", code=0)
    strays = run.strays_now()
    if reap or story.reaps or strays:
        time.sleep(ground.GRACE)
        run.berth("reap", code=0)
    return len(strays)


def recover(run, story, way, at=None):
    """`way`: "once" (berth run --once), "again" (the first command of the story once more, with its idempotency
    key), "pair" (two berth run --once at the same time). `at`: an edge where it dies once more."""
    if way == "pair":
        processes = [run.start_berth("run", "--once") for _ in range(2)]
        if at:
            run.crash(("run", "--once"), at)
        for process in processes:
            if process.wait(90) != 0:
                with open(run.path(f"berth-{run.processes.index(process)}.log")) as file:
                    run.check(False, f"one of two berth run --once: exit {process.returncode}: {file.read()}")
    elif way == "again":
        args = story.acts[0].args
        try:
            run.crash(args(run), at)
        except TypeError:  # nothing is on record yet that could be named
            run.crash(("run", "--once"), at)
    else:
        run.crash(("run", "--once"), at)


def unexpected(run, story):
    """Statuses that the story does not lead to, and servers or deployments beyond those it asked for."""
    if not os.path.exists(run.path("state", "ledger.db")):
        return []
    found = [f"status: {row[0]} is {row[1]} ({row[2]})" for row in
             run.rows("SELECT application, status, reason FROM deployment") if row[1] not in story.statuses]
    twice = run.rows("SELECT idempotency_key, count(*) FROM deployment WHERE idempotency_key <> '' "
                     "GROUP BY idempotency_key HAVING count(*) > 1")
    return found + [f"duplicate: key {key} has {count} deployments" for key, count in twice]
