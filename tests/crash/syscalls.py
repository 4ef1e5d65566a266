"""kill -9 just before every system call that changes something, of every thread of a walk."""
import collections
import os
import shutil
import time

import ground
import harness
import invariants
import points
import stories

WALK = stories.Story("walk", [stories.Act(stories.deploy(), stories.deployed("web"))], delivers=True)


def at_call(what, number, listing="-"):
    """The words that run a program up to its n-th call: berth-at-call, which at_call.cpp explains."""
    program = harness.program("berth-at-call")
    if not os.path.exists(program):
        raise harness.Skipped("berth-at-call is for x86_64 only")
    return program, what, number, listing


def calls_of_a_clean_walk(folder):
    """[(thread, call)] in the order in which they were made."""
    place, listing = ground.Ground(), os.path.join(folder, "calls")
    try:
        with place.run(1) as run:
            WALK.begin(run)
            ran = run.crash(WALK.acts[0].args(run), program="berth", before=at_call("kill", 0, listing))
            if ran.code == 126:
                raise harness.Skipped("this machine does not let a process be traced: " + ran.err)
            run.check(ran.code == 0, ran)
            wrong = invariants.broken(run.evidence())
            run.check(not wrong, wrong)
    finally:
        place.close()
    with open(listing) as file:
        return [tuple(line.split()) for line in file]


def die_at_call(place, task):
    seed, number = task
    result = points.Result(f"walk seed {seed}: call {number}")
    with place.run(seed) as run:
        def body():
            WALK.begin(run)
            ran = run.crash(WALK.acts[0].args(run), program="berth", before=at_call("kill", number))
            if ran.code == 0:
                run.promises += WALK.acts[0].promise(run)
            elif ran.code != ground.KILLED:
                result.broken.append(f"story: exit {ran.code}")
            stories.recover(run, WALK, points.WAYS[1 + number % 3])
            points.conclude(result, run, WALK, reap=number % 5 == 0)
        points.guarded(result, run, body)
        result.deaths = run.deaths
    return result


def syscalls(jobs, sample, only=None):
    folder = ground.temporary_folder()
    try:
        calls = calls_of_a_clean_walk(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    threads = len({thread for thread, _ in calls})
    counts = collections.Counter(call for _, call in calls)
    print(f"a walk makes {len(calls)} such calls in {threads} threads: " +
          ", ".join(f"{call} {count}" for call, count in counts.most_common()), flush=True)
    numbers = range(1, len(calls) + 1)
    if sample:
        numbers = numbers[::max(1, len(calls) // sample)]
    begin = time.monotonic()
    results = ground.in_parallel([(1, number) for number in numbers], die_at_call, jobs,
                                 points.say("syscalls"))
    unreached = sum(1 for one in results if one.deaths == 0)
    return points.told("every system call", results, f"{unreached} not reached this time",
                       f"{time.monotonic() - begin:.0f} s")
