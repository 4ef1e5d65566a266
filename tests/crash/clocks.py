"""The wall clock is set hours forward or back in the middle of a walk (libfaketime; the clock since boot goes on).

What is due is decided by the clock since boot, so no wait may end early and none may last for hours; only reaping,
which judges by ages at the cloud, pauses until a person confirms.
"""
import glob
import os
import time

import ground
import harness
import points
import stories

JUMPS = ("+5h", "-5h")
ONCE_LATE = {"match": {"operation": "create", "times": 1}, "do": {"late_success": 1000}}
SLOW_CREATE = {"match": {"operation": "create"}, "do": {"delay_ms": 500}}
SLOW_BOOT = {"match": {"operation": "create"}, "do": {"slow_boot": 700}}


def library():
    found = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    if not found:
        raise harness.Skipped("libfaketime is not installed (scripts/install-dependencies crash)")
    return found[0]


def story(vendor, faults=(), **more):
    acts = [stories.Act(stories.deploy(), stories.deployed("web"))]
    return stories.Story("jump", acts, vendors=(vendor,), faults=faults, **more)


class Skew:
    """The wall clock of all that a run starts from now on."""

    def __init__(self, run):
        self.path = run.path("skew")
        self.set("+0")
        run.environment.update(LD_PRELOAD=library(), FAKETIME_TIMESTAMP_FILE=self.path,
                               FAKETIME_DONT_FAKE_MONOTONIC="1", FAKETIME_NO_CACHE="1")

    def set(self, jump):
        with open(self.path + "-", "w") as file:
            file.write(jump + "\n")
        os.rename(self.path + "-", self.path)


def reached(run, moment):
    table, status = moment
    return lambda: run.rows(f"SELECT 1 FROM {table} WHERE status = ?", status)


def judged(result, run, played, reap=False):
    evidence = run.evidence(jumped_clock=True)
    result.broken += ground.invariants.broken(evidence) + stories.unexpected(run, played)


def during(place, vendor, moment, jump, faults, dies):
    """Jumps at `moment`; `dies`: the process is killed then, and berth run --once goes on after the jump."""
    result = points.Result(f"{jump} when {moment[1]} at {vendor}{', and it dies' if dies else ''}, {faults}")
    played = story(vendor, faults=faults, seconds=0.5)
    with place.run(1) as run:
        def body():
            played.begin(run)
            skew = Skew(run)
            process = run.start_berth(*played.acts[0].args(run))
            run.wait_for(reached(run, moment), moment)
            if dies:
                process.kill()
                process.wait()
                result.deaths = 1
            skew.set(jump)
            if dies:
                run.berth("run", "--once", code=0)
            else:
                run.check(process.wait(60) == 0, f"deploy ended with {process.returncode}")
            time.sleep(1.2)  # what comes late has come
            run.berth("run", "--once", code=0)
            judged(result, run, played)
        points.guarded(result, run, body)
    return result


def an_approval(place, jump):
    result = points.Result(f"{jump} while an approval is awaited")
    played = story("hetzner", auto_approve=False, provisioning='approval_ttl = "3s"')
    with place.run(1) as run:
        def body():
            played.begin(run)
            skew = Skew(run)
            run.berth(*played.acts[0].args(run), code=3)
            begin = time.monotonic()
            skew.set(jump)
            run.berth("run", "--once", code=0)
            if time.monotonic() - begin < 2.5:  # else this machine was too slow to tell
                waits = run.rows("SELECT status FROM deployment")
                run.check(waits == [("awaiting_approval",)], f"the jump ended the time for approval: {waits}")
            time.sleep(max(0.0, 3.2 - (time.monotonic() - begin)))
            run.berth("run", "--once", code=0)
            ends = run.rows("SELECT status, reason_code FROM deployment")
            run.check(ends == [("cancelled", "approval_expired")], f"the time for approval did not end: {ends}")
        points.guarded(result, run, body)
    return result


def a_lease(place, jump):
    result = points.Result(f"{jump} while an application has its room for a time")
    played = stories.Story("lease", [stories.Act(stories.deploy("web", "--ttl", "3s"))], vendors=(),
                           before=stories.with_a_server)
    with place.run(1) as run:
        def body():
            played.begin(run)
            skew = Skew(run)
            run.berth(*played.acts[0].args(run), code=0)
            begin = time.monotonic()
            skew.set(jump)
            run.berth("run", "--once", code=0)
            if time.monotonic() - begin < 2.5:
                run.check(run.rows("SELECT 1 FROM hold"), "the jump ended the lease")
            time.sleep(max(0.0, 3.2 - (time.monotonic() - begin)))
            run.berth("run", "--once", code=0)
            run.check(not run.rows("SELECT 1 FROM hold"), "the lease did not end")
        points.guarded(result, run, body)
    return result


def reaping(place, jump):
    result = points.Result(f"{jump} between two passes of reaping")
    played = story("hetzner")
    with place.run(1) as run:
        def body():
            played.begin(run)
            run.berth(*played.acts[0].args(run), code=0)
            skew = Skew(run)
            run.berth("reap", code=0)
            stories.with_a_stray(run)
            skew.set(jump)
            paused = run.berth("reap", code=1)
            run.check("--confirm" in paused.out + paused.err, paused)
            run.check(len(run.strays_now()) == 1, "it reaped by a clock that had jumped")
            run.berth("reap", code=1)  # it does not go on by itself
            run.berth("--as", "ann", "reap", "--confirm", code=0 if jump[0] == "+" else None)
            skew.set("+0")
            run.berth("--as", "ann", "reap", "--confirm", code=0)
            run.check(not run.strays_now(), "the stray is still there")
            judged(result, run, played)
        points.guarded(result, run, body)
    return result


def play(place, task):
    return task[0](place, *task[1:])


def clocks(jobs, sample, only=None):
    library()
    tasks = []
    for jump in JUMPS:
        for vendor in ("digitalocean", "hetzner"):
            for dies in (False, True):
                tasks += [(during, vendor, ("attempt", "requested"), jump, (SLOW_CREATE,), dies),
                          (during, vendor, ("attempt", "requested"), jump, (ONCE_LATE,), dies),
                          (during, vendor, ("attempt", "booting"), jump, (SLOW_BOOT,), dies),
                          (during, vendor, ("deployment", "deploying"), jump, (), dies)]
        tasks += [(an_approval, jump), (a_lease, jump), (reaping, jump)]
    if sample:
        tasks = tasks[1::max(1, len(tasks) // sample)] + [(reaping, "-5h"), (a_lease, "+5h")]
    results = ground.in_parallel(tasks, play, jobs, points.say("clocks"))
    return points.told("clock jumps", results)
