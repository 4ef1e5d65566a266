"""The same death in the middle of the same work, for berth and for Terraform, side by side in one table.

Forty servers, kill -9 at 30 moments from the first server to the end of the tool, then the same command once
more. No registry can be reached where this has to run, so Terraform buys with what is built in: a terraform_data
for each server, whose local-exec asks the cloud's API with curl. Once with a name made up at each call, once with
a fixed name, of which the cloud takes no second one.
"""
import collections
import json
import os
import re
import shutil
import subprocess
import time

import ground
import harness
import invariants
import stories

SERVERS, MOMENTS = 40, 30
LATENCY = 0.3
CLOUD = {"latency_ms": int(LATENCY * 1000), "boot_ms": 500}

MAIN = '''
resource "terraform_data" "server" {{
  count = {servers}
  provisioner "local-exec" {{
    interpreter = ["/bin/sh", "-c"]
    command = <<-EOT
      curl -sS --fail-with-body -o answer-${{count.index}} -X POST {url}/hetzner/v1/servers \\
        -H 'Authorization: Bearer fake-hetzner-token' -H 'Content-Type: application/json' \\
        -d '{{"name":"{name}","server_type":"cx23","image":"debian-12","location":"nbg1",
              "labels":{{"attempt":"'"$(basename $PWD)"'-${{count.index}}"}}}}'
    EOT
  }}
}}
'''
NAMES = {"made up at each call": "web-${count.index}-'\"$(cat /proc/sys/kernel/random/uuid)\"'",
         "fixed, so that the cloud refuses a second one": "'\"$(basename $PWD)\"'-${count.index}"}


class Outcome:
    """What is there after the second try, of one moment."""

    def __init__(self):
        self.duplicates = self.orphans = self.lost = self.human = self.killed = 0


class Terraform:
    def __init__(self, place, number, naming):
        self.place = place
        self.folder = place.cloud.path(f"tf-{number}-{len(os.listdir(place.cloud.folder))}")
        os.makedirs(self.folder)
        self.name = os.path.basename(self.folder)
        with open(os.path.join(self.folder, "main.tf"), "w") as file:
            file.write(MAIN.format(servers=SERVERS, url=place.cloud.url, name=NAMES[naming]))
        self.environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
        self.call("init").wait()

    def call(self, *args):
        return subprocess.Popen(["terraform", *args, "-no-color", "-input=false"], cwd=self.folder,
                                env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=open(os.path.join(self.folder, "log"), "a"), stderr=subprocess.STDOUT)

    def apply(self):
        return self.call("apply", "-auto-approve")

    def log(self):
        with open(os.path.join(self.folder, "log")) as file:
            return file.read()

    def known(self):
        """Servers that the state has."""
        path = os.path.join(self.folder, "terraform.tfstate")
        if not os.path.exists(path) or not os.path.getsize(path):
            return set()
        with open(path) as file:
            resources = json.load(file)["resources"]
        return {one["index_key"] for resource in resources for one in resource["instances"]
                if one.get("status") != "tainted"}

    def there(self):
        """index -> how many live servers."""
        counts = collections.Counter()
        for machine in self.place.cloud.machines():
            match = re.fullmatch(re.escape(self.name) + r"-(\d+)", machine.get("attempt") or "")
            if match:
                counts[int(match[1])] += 1
        return counts

    def outcome(self, code, killed):
        result, there, known = Outcome(), self.there(), self.known()
        result.killed = int(killed)
        result.duplicates = sum(count - 1 for count in there.values())
        # Of several servers of one index the state can stand for one.
        result.orphans = sum(count - (index in known) for index, count in there.items())
        result.lost = sum(1 for index in range(SERVERS) if not there[index])
        result.human = int(code != 0)
        return result


def wait_and_kill(process, cloud, offset, seconds):
    """So long after the first server was made. Whether the tool was still alive then."""
    while process.poll() is None and not made_since(cloud, offset):
        time.sleep(0.01)
    try:
        process.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True


def made_since(cloud, offset):
    """When servers were made, in Unix time."""
    with open(cloud.oracle_file) as file:
        file.seek(offset)
        lines = [json.loads(line) for line in file if line.endswith("\n")]
    return [line["at"] / 1000 for line in lines if line["event"] == "created"]


def terraform_run(place, number, naming, moment, whole):
    """`whole`: seconds from the first server to the end in a run without any death; None: measures that, and
    returns it instead."""
    tool = Terraform(place, number, naming)
    offset = place.cloud.reread()
    process = tool.apply()
    if whole is None:
        if process.wait() != 0:
            raise AssertionError("terraform apply failed without any death:\n" + tool.log())
        seconds = time.time() - min(made_since(place.cloud, offset))
        whole_outcome = tool.outcome(0, False)
        if whole_outcome.duplicates or whole_outcome.orphans or whole_outcome.lost:
            raise AssertionError(f"terraform without any death: {vars(whole_outcome)}\n{tool.log()}")
        return seconds
    killed = wait_and_kill(process, place.cloud, offset, moment * whole)
    time.sleep(3 * LATENCY)  # what its children were asking for has come
    code = tool.apply().wait()
    if code != 0:
        code = tool.apply().wait()  # once more, in case that is all it takes
    return tool.outcome(code, killed)


FORTY = stories.Story("forty", [], max_servers=SERVERS + 5)


def berth_run(place, number, moment, whole):
    with place.run(1) as run:
        FORTY.begin(run)
        for index in range(SERVERS):
            run.berth(*stories.deploy(f"web{index}", "--no-wait")(run), code=0)
        process = run.start_berth("run", "--once")
        if whole is None:
            run.check(process.wait(120) == 0, "berth run --once failed without any death")
            run.check(len(invariants.live_at_the_end(run.oracle())) == SERVERS, "not one server each")
            return time.time() - min(made_since(place.cloud, run.begin))
        killed = wait_and_kill(process, place.cloud, run.begin, moment * whole)
        code = run.berth("run", "--once").code
        result, oracle = Outcome(), run.oracle()
        live = collections.Counter(invariants.live_at_the_end(oracle).values())
        result.killed = int(killed)
        result.duplicates = sum(count - 1 for count in live.values()) + len(invariants.duplicates(oracle))
        result.duplicates += max(0, len(live) - SERVERS)
        result.orphans = len(run.strays_now())
        result.lost = SERVERS - run.rows("SELECT count(*) FROM deployment WHERE status = 'succeeded'")[0][0]
        result.human = int(code != 0 or bool(invariants.broken(run.evidence())))
        return result


def table_row(name, outcomes):
    total = collections.Counter()
    for one in outcomes:
        total.update(vars(one))
    with_duplicates = sum(1 for one in outcomes if one.duplicates)
    return (f"| {name} | {len(outcomes)} | {total['killed']} | {total['duplicates']} | {with_duplicates} | "
            f"{total['orphans']} | {total['lost']} | {total['human']} |")


def version():
    text = subprocess.run(["terraform", "version"], capture_output=True, text=True).stdout
    return text.splitlines()[0].replace("Terraform v", "") if text else "?"


def terraform(jobs, sample, only=None):
    for needed in ("terraform", "curl"):
        if not shutil.which(needed):
            raise harness.Skipped(f"{needed} is not installed")
    moments = [(number + 0.5) / MOMENTS for number in range(MOMENTS)]
    if sample:
        moments = moments[MOMENTS // 2::MOMENTS][:sample]
    tools = {f"Terraform, names {naming}":
             lambda place, number, moment, whole, naming=naming:
             terraform_run(place, number, naming, moment, whole) for naming in NAMES}
    tools["berth"] = berth_run
    rows = []
    for name, tool in tools.items():
        place = ground.Ground(**CLOUD)
        try:
            with place.run(1):  # makes the cloud
                pass
            whole = min(tool(place, number, None, None) for number in range(1 if sample else 2))
        finally:
            place.close()
        print(f"  {name}: {whole:.1f} s from the first server to the end, without any death", flush=True)

        def at_a_moment(own, task):
            own.options = CLOUD
            with own.run(1):
                pass
            return tool(own, task[0], task[1], whole)
        rows.append((name, ground.in_parallel(list(enumerate(moments)), at_a_moment, min(jobs, 3))))
    print(f"\n{SERVERS} servers, `kill -9` at {len(moments)} moments from the first server to the end of the "
          f"tool, then the same command once more.\n")
    print("| tool | runs | killed | duplicates | runs with duplicates | orphans | lost | runs that need a human |")
    print("|---|---|---|---|---|---|---|---|")
    for name, outcomes in rows:
        print(table_row(name, outcomes))
    print(f"\nTerraform {version()}, with `terraform_data` and a `local-exec` that asks the API with curl: no "
          "registry can be\nreached here, so a vendor's own provider, which would keep the server's id in the "
          "state once the call is\nanswered, could not be installed.\n", flush=True)
    mine = dict(rows)["berth"]
    return not any(one.duplicates or one.orphans or one.lost or one.human for one in mine)
