"""A machine that fails: a full disk, a disk that fails, no more descriptors, a database that somebody holds.

After each: a text for people, an exit status that says so, nothing lost and nothing twice; then the machine is
well again, and `berth run --once` goes on.
"""
import os
import re
import shutil
import sqlite3
import subprocess
import threading
import time

import ground
import harness
import points
import stories
import syscalls

# A machine that cannot open a socket is noticed at the end of the time for provisioning, not before.
WALK = stories.Story("walk", [stories.Act(stories.deploy(), stories.deployed("web"))], delivers=True,
                     provisioning='limit = "40s"\nready_timeout = "20s"')
# What fails with what: once, at each time that a walk makes the call.
ERRORS = [(call, error) for error in ("ENOSPC", "EIO") for call in ("pwrite64", "write", "fsync", "fdatasync",
                                                                    "ftruncate", "mkdir", "fallocate")]
ERRORS += [(call, "EMFILE") for call in ("openat", "socket", "pipe2", "pidfd_open")]
DESCRIPTORS = tuple(range(4, 40))
# Said by ld.so, before berth begins.
NOT_STARTED = "error while loading shared libraries"


def words_are_missing(ran):
    """A failure has a sentence, and no user is told that a full disk is a defect of berth."""
    if ran.code in (0, ground.KILLED):
        return []
    if ran.code == 127 and NOT_STARTED in ran.err:
        return []
    said = ran.err + ran.out
    found = []
    if not said.strip():
        found.append(f"words: exit {ran.code} without a word")
    if "defect of berth" in said or "terminate called" in said:
        found.append("words: a machine's failure is called a defect of berth")
    if ran.code < 0 or ran.code not in range(0, 10):
        found.append(f"words: exit {ran.code}")
    return found


def well_again(result, run, ran, reap=False):
    result.broken += words_are_missing(ran)
    if ran.code == 0:
        run.promises += WALK.acts[0].promise(run)
    # Who got no answer asks again with the same key.
    stories.recover(run, WALK, "again")
    run.berth("run", "--once", code=0)
    for failed, status in run.rows("SELECT id, status FROM deployment WHERE status NOT IN ('succeeded')"):
        # Its time was over before the machine was well: the text says what to do then, and it is done. An
        # account that could not be used is left alone for three minutes, unless the cache is forgotten.
        for name in os.listdir(run.path("state")):
            if name.startswith("cache.db"):
                os.remove(run.path("state", name))
        run.check(status in ("timed_out", "provisioning_failed", "insufficient_capacity", "deploy_failed"), status)
        run.berth("retry", failed)
    points.conclude(result, run, WALK, reap, may_wait=True)
    if not run.rows("SELECT 1 FROM deployment WHERE status = 'succeeded'"):
        result.broken.append("not_ended: the request was made again and did not succeed")


def counted(place, call):
    """How often a clean walk makes a call."""
    with place.run(1) as run:
        WALK.begin(run)
        listing = run.path("calls")
        ran = run.crash(WALK.acts[0].args(run), program="berth",
                        before=syscalls.at_call(f"{call}=EIO", 0, listing))
        if ran.code == 126:
            raise harness.Skipped("this machine does not let a process be traced: " + ran.err)
        run.check(ran.code == 0, ran)
        with open(listing) as file:
            return call, sum(1 for _ in file)


def fail_once(place, call, error, number):
    result = points.Result(f"{call} number {number} ends with {error}")
    with place.run(1) as run:
        def body():
            WALK.begin(run)
            listing = run.path("calls")
            ran = run.crash(WALK.acts[0].args(run), program="berth",
                            before=syscalls.at_call(f"{call}={error}", number, listing))
            with open(listing) as file:
                result.deaths = int(sum(1 for _ in file) >= number)
            well_again(result, run, ran, reap=number % 5 == 0)
        points.guarded(result, run, body)
    return result


def few_descriptors(place, most):
    result = points.Result(f"{most} descriptors")
    with place.run(1) as run:
        def body():
            WALK.begin(run)
            ran = run.crash(WALK.acts[0].args(run), program="berth",
                            before=("prlimit", f"--nofile={most}:{most}"), timeout=120)
            result.deaths = int(ran.code != 0)
            well_again(result, run, ran)
        points.guarded(result, run, body)
    return result


class SmallDisk:
    """The state folder on a file system of so many KiB; `filled`: all but so many of them are taken."""

    def __init__(self, run, kib):
        self.place = run.path("state")
        if not os.path.isdir(self.place):
            os.makedirs(self.place, mode=0o700)
        kept = run.path("kept")
        shutil.copytree(self.place, kept)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k,mode=700", "tmpfs", self.place], check=True)
        for name in os.listdir(kept):
            shutil.copy2(os.path.join(kept, name), os.path.join(self.place, name))

    def grow(self):
        subprocess.run(["mount", "-o", "remount,size=64m", self.place], check=True)

    def close(self):
        subprocess.run(["umount", "-l", self.place], check=False)


def full_disk(place, free_kib):
    """ENOSPC of the kernel's own: once full it stays full, at whatever moment that is."""
    result = points.Result(f"a disk with {free_kib} KiB left")
    with place.run(1) as run:
        def body():
            WALK.begin(run)
            used = sum(os.path.getsize(run.path("state", name)) for name in os.listdir(run.path("state")))
            disk = SmallDisk(run, used // 1024 + 8 + free_kib)
            try:
                ran = run.crash(WALK.acts[0].args(run), program="berth")
                result.deaths = int(ran.code != 0)
                if ran.code != 0 and not re.search(r"full|No space|space", ran.out + ran.err):
                    result.broken.append("words: a full disk is not named: " + ran.err.strip()[-300:])
                disk.grow()
                well_again(result, run, ran)
            finally:
                disk.close()
        points.guarded(result, run, body)
    return result


class Holder:
    """Another program holds the ledger in a transaction."""

    def __init__(self, run):
        self.database = sqlite3.connect(run.path("state", "ledger.db"), timeout=20, isolation_level=None,
                                        check_same_thread=False)
        self.database.execute("BEGIN IMMEDIATE")

    def let_go(self):
        self.database.execute("COMMIT")
        self.database.close()


def held_when(place, moment, seconds):
    """The ledger is held from `moment` on, for so long; None: longer than berth's patience."""
    result = points.Result(f"the ledger is held for {seconds or 'more than 30'} s when {moment}")
    with place.run(2) as run:
        def body():
            WALK.begin(run)
            run.berth("run", "--once", code=0)  # so that there is a ledger
            # Each moment lasts long enough to be seen.
            run.faults({"match": {"operation": "create"}, "do": {"delay_ms": 700, "slow_boot": 1000}})
            holder = Holder(run) if moment == "at the start" else None
            done = {}
            thread = threading.Thread(target=lambda: done.update(
                ran=run.crash(WALK.acts[0].args(run), program="berth", timeout=180)))
            thread.start()
            if not holder:
                run.wait_for(lambda: run.rows("SELECT 1 FROM attempt WHERE status = ?", moment), moment)
                holder = Holder(run)
            if seconds:
                time.sleep(seconds)
                holder.let_go()
                thread.join()
            else:
                thread.join()
                holder.let_go()
            ran = done["ran"]
            if seconds:
                run.check(ran.code == 0, f"it did not wait: {ran}")
            else:
                run.check(ran.code == 1 and "lock" in ran.out + ran.err, f"it did not say so: {ran}")
            result.deaths = 1
            well_again(result, run, ran)
        points.guarded(result, run, body)
    return result


def play(place, task):
    return task[0](place, *task[1:])


def disk(jobs, sample, only=None):
    most = dict(ground.in_parallel(sorted({call for call, _ in ERRORS}), counted, jobs))
    print("calls of a walk: " + ", ".join(f"{call} {count}" for call, count in most.items()), flush=True)
    injected = [(call, error, number) for call, error in ERRORS for number in range(1, most[call] + 1)]
    full = list(range(0, 640, 16)) if os.geteuid() == 0 else []
    held = [("at the start", 3), ("requested", 3), ("booting", 2)]
    if not full:
        print("SKIPPED a really full disk: it takes root to mount one", flush=True)
    few = list(DESCRIPTORS)
    if sample:
        injected = injected[::max(1, len(injected) // sample)]
        full, few, held = full[2::16], few[::18], held[1:2]
    else:
        held += [("at the start", None), ("requested", None)]
    tasks = [(held_when, *one) for one in held] + [(full_disk, one) for one in full]
    tasks += [(few_descriptors, one) for one in few]
    tasks += [(fail_once, *one) for one in injected]
    begin = time.monotonic()
    results = ground.in_parallel(tasks, play, jobs, points.say("disk"))
    failures = sum(one.deaths for one in results)
    for one in results:
        one.deaths = 0  # nobody was killed here
    return points.told("broken machine", results, f"{failures} with a failure that berth met",
                       f"{len(injected)} single errors", f"{len(full)} full disks",
                       f"{len(few)} limits of descriptors", f"{len(held)} held ledgers",
                       f"{time.monotonic() - begin:.0f} s")
