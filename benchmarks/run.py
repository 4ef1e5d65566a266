"""Runs the rows of ./bench: berth and its peer in turns (A B A B …), medians and their ratio.

Beside what writes durably stands a raw probe: the median time of a 4 KiB write with fdatasync in the
same folder, taken between the turns.
"""
import argparse
import datetime
import json
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.request

import api_calls
import ledgers

KEYS = {
    "HCLOUD_TOKEN": "fake-hetzner-token",
    "DIGITALOCEAN_TOKEN": "fake-digitalocean-token",
    "AWS_ACCESS_KEY_ID": "AKIAFAKEFAKEFAKEFAKE",
    "AWS_SECRET_ACCESS_KEY": "fake-aws-secret",
}
EUR_IN_USD = "1.17"  # as config/demo.toml


class Bench:
    def __init__(self, root, build, quick):
        self.root, self.build, self.quick = root, build, quick
        self.folder = os.path.join(build, "bench", "work")
        self.programs = os.path.join(build, "bench")
        self.berth = os.path.join(build, "bin", "berth")
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)

    def path(self, *words):
        return os.path.join(self.folder, *words)

    def rounds(self, whole, quick):
        return quick if self.quick else whole


def run(command, folder, environment=None):
    """Runs a process to its end: (seconds, CPU seconds of user and system)."""
    with open(os.path.join(folder, "output"), "wb") as output:
        begin = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT,
                                   env={**os.environ, **(environment or {})})
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        with open(os.path.join(folder, "output"), encoding="utf-8", errors="replace") as output:
            sys.exit(f"bench: {' '.join(command)} ended with {process.returncode}:\n"
                     + output.read()[-2000:])
    return seconds, used.ru_utime + used.ru_stime


def fdatasync_ms(folder, times=20):
    """One durable write of 4 KiB, at the end of a file as a log does it."""
    path = os.path.join(folder, "probe")
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        os.write(file, b"x" * 4096)
        os.fdatasync(file)
        taken.append((time.perf_counter() - begin) * 1000)
    os.close(file)
    os.unlink(path)
    return taken


def filled(source, target, words):
    with open(source, encoding="utf-8") as file:
        text = file.read()
    for word, value in words.items():
        text = text.replace(word, value)
    with open(target, "w", encoding="utf-8") as file:
        file.write(text)


def in_turns(rounds, ours, peer):
    """Medians of what both return, each a tuple; peer may be None."""
    mine, theirs = [], []
    for _ in range(rounds):
        mine.append(ours())
        if peer:
            theirs.append(peer())
    middle = lambda all: tuple(statistics.median(column) for column in zip(*all))
    return middle(mine), middle(theirs) if theirs else None


def row(name, measures, peer_is, unit, ours, theirs, mark, **more):
    result = {"row": name, "measures": measures, "peer": peer_is, "unit": unit, "berth": ours[0],
              "peer_value": theirs[0] if theirs else None,
              "ratio": ours[0] / theirs[0] if theirs else None, "mark": mark, **more}
    if len(ours) > 1:
        result["berth_cpu"] = ours[1]
        result["peer_cpu"] = theirs[1] if theirs else None
    if theirs and mark is not None:
        result["within_mark"] = result["ratio"] <= mark
    return result


def cold_plan(bench):
    folder = bench.path("plan")
    os.makedirs(folder)
    port_file = os.path.join(folder, "port")
    with open(os.path.join(folder, "cloud.log"), "wb") as log:
        cloud = subprocess.Popen(
            [os.path.join(bench.build, "bin", "berth-fakecloud"), "--listen", "127.0.0.1:0",
             "--port-file", port_file], stdout=log, stderr=log)
    try:
        for _ in range(200):
            if os.path.exists(port_file) and os.path.getsize(port_file):
                break
            time.sleep(0.05)
        with open(port_file, encoding="utf-8") as file:
            address = "http://127.0.0.1:" + file.read().strip()
        filled(os.path.join(bench.root, "config", "demo.toml"), os.path.join(folder, "berth.toml"),
               {"@CLOUD@": address, "@HERE@": folder})
        for name, path, token in (
                ("hetzner", "/hetzner/v1/server_types?per_page=50", "fake-hetzner-token"),
                ("digitalocean", "/digitalocean/v2/sizes?per_page=200",
                 "fake-digitalocean-token")):
            request = urllib.request.Request(address + path,
                                             headers={"Authorization": "Bearer " + token})
            with urllib.request.urlopen(request) as answer:
                with open(os.path.join(folder, name + ".json"), "wb") as file:
                    file.write(answer.read())
        ours = [bench.berth, "--config", "berth.toml", "plan", "--org", "acme", "--app", "web",
                "--cpu", "2", "--memory", "4", "--disk", "50"]
        peer = ["/usr/bin/python3", os.path.join(bench.root, "benchmarks", "libcloud_cheapest.py"),
                folder, "3", "5", "60", EUR_IN_USD]  # what 2 / 4 / 50 is sized to
        run(ours, folder, KEYS)  # fills cache.db
        run(peer, folder)        # compiles its .pyc files
        mine, theirs = in_turns(bench.rounds(21, 7),
                                lambda: ms(run(ours, folder, KEYS)), lambda: ms(run(peer, folder)))
    finally:
        cloud.terminate()
        cloud.wait()
    return row("plan", "a cold `berth plan` process, cache.db warm, three clouds",
               "python3-libcloud picks the cheapest size of the same clouds, cold, no network",
               "ms", mine, theirs, 0.05)


def ms(measured):
    return tuple(value * 1000 for value in measured)


def terraform_environment(folder):
    return {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_CLI_CONFIG_FILE": os.devnull,
            "TF_DATA_DIR": os.path.join(folder, ".terraform")}


def creations(bench, count):
    probes = []
    turn = 0
    terraform = shutil.which("terraform", path=os.environ.get("PATH", "") + ":/usr/local/bin")

    def ours():
        nonlocal turn
        turn += 1
        folder = bench.path(f"creations-{count}", f"berth-{turn}")
        os.makedirs(folder)
        filled(os.path.join(bench.root, "benchmarks", "berth.toml"),
               os.path.join(folder, "berth.toml"),
               {"@STATE@": os.path.join(folder, "state"),
                "@PLUGINS@": os.path.join(bench.programs)})
        run([os.path.join(bench.programs, "submit"), "berth.toml", str(count)], folder)
        probes.extend(fdatasync_ms(folder))
        taken = run([bench.berth, "--config", "berth.toml", "run", "--once"], folder)
        ledger = sqlite3.connect(os.path.join(folder, "state", "ledger.db"))
        ready, = ledger.execute("SELECT count(*) FROM server WHERE status = 'ready'").fetchone()
        done, = ledger.execute(
            "SELECT count(*) FROM deployment WHERE status = 'succeeded'").fetchone()
        ledger.close()
        if (ready, done) != (count, count):
            sys.exit(f"bench: of {count} deployments {done} succeeded, on {ready} servers")
        shutil.rmtree(folder)
        return ms(taken)

    def peer():
        folder = bench.path(f"creations-{count}", f"terraform-{turn}")
        os.makedirs(folder)
        with open(os.path.join(folder, "main.tf"), "w", encoding="utf-8") as file:
            file.write('resource "terraform_data" "server" {\n'
                       f"  count = {count}\n"
                       '  input = "server-${count.index}"\n}\n')
        environment = terraform_environment(folder)
        run([terraform, "init", "-input=false", "-no-color"], folder, environment)
        taken = run([terraform, "apply", "-auto-approve", "-parallelism=64", "-input=false",
                     "-no-color"], folder, environment)
        shutil.rmtree(folder)
        return ms(taken)

    rounds = bench.rounds({1: 15, 100: 7, 1000: 3}[count], {1: 5, 100: 3, 1000: 1}[count])
    mine, theirs = in_turns(rounds, ours, peer if terraform else None)
    probe = statistics.median(probes)
    mark = {1: 0.5 if probe < 0.3 else None, 100: None, 1000: 0.1}[count]
    return row(f"creations-{count}",
               f"`berth run --once` carries {count} submitted deployments to their servers",
               f"`terraform apply` of {count} terraform_data" if terraform
               else "terraform is not installed", "ms", mine, theirs, mark, fdatasync_ms=probe)


def isolated_call(bench):
    command = [os.path.join(bench.programs, "isolated_call"),
               os.path.join(bench.build, "bin", "berth-worker"),
               os.path.join(bench.programs, "echo.so"), str(bench.rounds(100, 20))]
    mine, theirs = [], []
    for _ in range(bench.rounds(5, 1)):
        run(command, bench.folder)
        with open(bench.path("output"), encoding="utf-8") as output:
            medians = json.load(output)
        mine.append(medians["isolated_us"])
        theirs.append(medians["raw_us"])
    return row("call", "one plugin call through berth-worker, 1 KB there and back",
               "one raw round trip of 1 KB over a socketpair, two processes", "us",
               (statistics.median(mine),), (statistics.median(theirs),), 3.0)


def calls_of_a_hundred(bench):
    """The calls of 100 servers at once, at each vendor, as the cloud itself counted them."""
    count = 100
    boot_ms = 20_000
    folder = bench.path("api-calls")
    os.makedirs(folder)
    program = os.path.join(bench.build, "bin", "berth-fakecloud")
    with api_calls.FakeCloud(program, folder, "berth", boot_ms) as cloud:
        config = os.path.join(folder, "berth.toml")
        filled(os.path.join(bench.root, "benchmarks", "api_calls.toml"), config,
               {"@CLOUD@": cloud.url, "@STATE@": os.path.join(folder, "state")})
        for vendor in api_calls.VENDORS:
            run([os.path.join(bench.programs, "submit"), config, str(count), vendor], folder, KEYS)
        run([bench.berth, "--config", config, "run", "--once"], folder, KEYS)
        ours = cloud.calls()
        made = cloud.machines()
    with api_calls.FakeCloud(program, folder, "naive", boot_ms) as cloud:
        api_calls.naive(cloud, count)
        theirs = cloud.calls()
    rows = []
    for vendor in api_calls.VENDORS:
        if made.get(vendor) != count:
            sys.exit(f"bench: of {count} servers at {vendor} there are {made.get(vendor, 0)}")
        one = row(f"api-calls {vendor}",
                  f"API calls a server: `berth run --once`, {count} deployments at once, all counted",
                  "create, then a get of each server every 5 s, same cloud and boot time", "calls",
                  (ours[vendor] / count,), (theirs[vendor] / count,), api_calls.MARK)
        one["within_mark"] = one["berth"] <= one["mark"]  # of the calls; the others' is of a ratio
        rows.append(one)
    return rows


READS = {
    "status": ("status",),
    "audit": ("audit",),
    "events": ("events",),
    "tab-server": ("__complete", "server", "--", "auto-acme-0000001"),
    "tab-application": ("__complete", "application", "--", "app-0000001"),
    "tab-deployment": ("__complete", "deployment", "--", ""),
    "tab-organization": ("__complete", "organization", "--", ""),
}
WITHOUT_MARK = {
    "servers-list": ("servers", "list"),  # prints a line for each server
    "plan": ("plan", "--org", "acme", "--app", "new", "--cpu", "2", "--memory", "4", "--disk", "50"),
}
PLAN_MIB = 60


def reads(bench):
    """What only reads: on 20,000 deployments and 5,000 servers, beside the same on a small ledger."""
    configs = {}
    for size, (servers, deployments) in {"small": (50, 200), "big": (5_000, 20_000)}.items():
        folder = bench.path("reads", size)
        os.makedirs(folder)
        configs[size] = os.path.join(folder, "berth.toml")
        state = os.path.join(folder, "state")
        filled(os.path.join(bench.root, "benchmarks", "berth.toml"), configs[size],
               {"@STATE@": state, "@PLUGINS@": bench.programs})
        run([os.path.join(bench.programs, "submit"), configs[size], str(ledgers.REAL)], folder)
        run([bench.berth, "--config", configs[size], "run", "--once"], folder)
        ledgers.fill(state, servers, deployments)
    rows = []
    for name, words in {**READS, **WITHOUT_MARK}.items():
        mib = {}

        def command(size):
            return [bench.berth, "--config", configs[size], *words]

        for size in configs:  # the pages of the file are in memory then
            file = bench.path("reads", "peak")
            run([os.path.join(bench.programs, "peak"), file, *command(size)], bench.path("reads"))
            with open(file, encoding="utf-8") as told:
                mib[size] = int(told.read()) / 1024
        mine, theirs = in_turns(bench.rounds(21, 7),
                                lambda: ms(run(command("big"), bench.path("reads"))),
                                lambda: ms(run(command("small"), bench.path("reads"))))
        one = row(f"read {name}", f"`berth {' '.join(words[:2])}` on 20,000 deployments, 5,000 servers; "
                  f"{mib['big']:.0f} MiB at most, {mib['small']:.0f} MiB on the small ledger",
                  "the same on 200 deployments, 50 servers", "ms", mine, theirs,
                  1.5 if name in READS else None, peak_mib=mib["big"], peer_peak_mib=mib["small"])
        if name in READS:
            one["within_mark"] = one["ratio"] <= 1.5 and mib["big"] <= 1.5 * mib["small"]
        if name == "plan":
            one["mark"], one["within_mark"] = PLAN_MIB, mib["big"] <= PLAN_MIB
        rows.append(one)
    return rows


ROWS = {
    "plan": cold_plan,
    "creations-1": lambda bench: creations(bench, 1),
    "creations-100": lambda bench: creations(bench, 100),
    "creations-1000": lambda bench: creations(bench, 1000),
    "call": isolated_call,
    "api-calls": calls_of_a_hundred,
    "reads": reads,
}


def table(rows):
    heads = ("row", "berth", "peer", "ratio", "CPU ratio", "mark", "", "fdatasync")
    lines = [heads]
    for one in rows:
        value = lambda number: "-" if number is None else f"{number:.1f} {one['unit']}"
        ratio = lambda number: "-" if number is None else f"{number:.3f}"
        cpu = one["berth_cpu"] / one["peer_cpu"] if one.get("peer_cpu") else None
        within = one.get("within_mark")
        probe = one.get("fdatasync_ms")
        lines.append((one["row"], value(one["berth"]), value(one["peer_value"]),
                      ratio(one["ratio"]), ratio(cpu),
                      "-" if one["mark"] is None else f"{one['mark']:g}",
                      "" if within is None else "met" if within else "MISSED",
                      "-" if probe is None else f"{probe:.3f} ms"))
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    print()
    for one in rows:
        print(f"{one['row']}: {one['measures']};\n    beside: {one['peer']}")


def main():
    parser = argparse.ArgumentParser(prog="./bench", description=__doc__)
    parser.add_argument("root", help=argparse.SUPPRESS)
    parser.add_argument("build", help=argparse.SUPPRESS)
    parser.add_argument("--only", action="append", choices=ROWS, metavar="ROW",
                        help=", ".join(ROWS))
    parser.add_argument("--quick", action="store_true", help="fewer turns")
    given = parser.parse_args()
    bench = Bench(given.root, given.build, given.quick)
    rows = []
    for name in given.only or ROWS:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        result = ROWS[name](bench)
        rows += result if isinstance(result, list) else [result]
    print()
    table(rows)
    result = {"at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
              "machine": {"cpus": os.cpu_count(), "kernel": platform.release(),
                          "load": os.getloadavg()},
              "quick": given.quick, "rows": rows}
    target = os.path.join(given.build, "bench.json")
    with open(target, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=2)
        file.write("\n")
    print(f"\nwritten: {os.path.relpath(target, given.root)}")
    shutil.rmtree(bench.folder, ignore_errors=True)


main()
