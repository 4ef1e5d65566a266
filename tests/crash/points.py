"""Deaths at every edge, once and twice."""
import collections
import os
import random
import shutil
import time

import ground
import invariants
import stories

WAYS = {1: "once", 2: "again", 3: "pair"}


class Result:
    def __init__(self, where):
        self.where, self.deaths, self.strays, self.broken, self.shown = where, 0, 0, [], ""
        self.recovery_edges = 0


def edges_of(story, seed, folder, times):
    """The edges a clean run passes, [(act, name, occurrence)]; only those that every one of `times` runs has."""
    passed = []
    for number in range(times):
        place = ground.Ground()
        listing = os.path.join(folder, f"{story.name}-{seed}-{number}")
        try:
            with place.run(seed) as run:
                story.begin(run)
                story.play(run, listing=listing)
                stories.settle(run, story, reap=False)
                wrong = invariants.broken(run.evidence()) + stories.unexpected(run, story)
                run.check(not wrong, f"{story.name} without any death: {wrong}\n{run.seen}")
        finally:
            place.close()
        counts = collections.Counter()
        for act in range(len(story.acts)):
            with open(f"{listing}.{act}") as file:
                counts.update((act, line.rstrip("\n")) for line in file)
        passed.append(counts)
    both = passed[0]
    for counts in passed[1:]:
        both &= counts
    return [(act, name, number) for (act, name), most in sorted(both.items())
            for number in range(1, most + 1)]


def conclude(result, run, story, reap, may_wait=False):
    result.strays = stories.settle(run, story, reap)
    result.broken += invariants.broken(run.evidence(may_wait=may_wait)) + stories.unexpected(run, story)


def guarded(result, run, body):
    try:
        body()
    except Exception as problem:
        result.broken.append(f"story: {problem}")
    if result.broken:
        result.shown = "\n".join(map(repr, run.seen[-6:]))


def die_once(place, task):
    story, seed, (act, name, number) = task
    result = Result(f"{story.name} seed {seed}: act {act}, {name}#{number}")
    with place.run(seed) as run:
        def body():
            story.begin(run)
            if story.play(run, at=(act, f"{name}#{number}")):
                listing = run.path("recovery")
                run.environment["BERTH_CRASH_LIST"] = listing
                stories.recover(run, story, WAYS[seed])
                del run.environment["BERTH_CRASH_LIST"]
                if os.path.exists(listing):
                    with open(listing) as file:
                        result.recovery_edges = sum(1 for _ in file)
            conclude(result, run, story, reap=seed == 2)
        guarded(result, run, body)
        result.deaths = run.deaths
    return result


def die_twice(place, task):
    """A second death at the n-th edge, whichever that is, of the recovery of the first one."""
    story, seed, (act, name, number), second = task
    way = ("once", "again", "pair")[second % 3]
    result = Result(f"{story.name} seed {seed}: act {act}, {name}#{number}, then edge {second} of {way}")
    with place.run(seed) as run:
        def body():
            story.begin(run)
            if story.play(run, at=(act, f"{name}#{number}")):
                stories.recover(run, story, way, at=f"*#{second}")
            conclude(result, run, story, reap=second % 5 == 0)
        guarded(result, run, body)
        result.deaths = run.deaths
    return result


def say(name):
    def line(done, total, seconds):
        print(f"  {name}: {done} of {total} after {seconds:.0f} s", flush=True)
    return line


def told(name, results, *more):
    kills = sum(one.deaths for one in results)
    strays = collections.Counter()
    for one in results:
        strays[one.where.split()[0]] += one.strays
    wrong = [one for one in results if one.broken]
    for one in wrong[:20]:
        print(f"BROKEN {one.where}\n  " + "\n  ".join(one.broken[:6]) + f"\n{one.shown}", flush=True)
    print(f"{name}: {len(results)} runs, {kills} kills, " + "".join(f"{text}, " for text in more) +
          f"{sum(strays.values())} strays given back at the end, {len(wrong)} broken", flush=True)
    if +strays:
        print("strays by story: " + ", ".join(f"{story} {count}" for story, count in (+strays).items()), flush=True)
    return not wrong


def enumerated(named, seeds, jobs, times):
    folder = ground.temporary_folder()
    try:
        tasks = [(story, seed) for seed in seeds for story in named]
        found = ground.in_parallel(
            tasks, lambda place, task: (task, edges_of(*task, folder, times)), jobs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {(story.name, seed): edges for (story, seed), edges in found}


def points(jobs, sample, only=None):
    named = [one for one in stories.STORIES if not only or one.name in only]
    seeds = (1,) if sample else (1, 2, 3)
    edges = enumerated(named, seeds, jobs, 1 if sample else 2)
    tasks = [(story, seed, edge) for seed in seeds for story in named for edge in edges[story.name, seed]]
    per_story = {story.name: len(edges[story.name, seeds[0]]) for story in named}
    print("edges of each story: " + ", ".join(f"{name} {count}" for name, count in per_story.items()) +
          f"; {len({(edge[1]) for found in edges.values() for edge in found})} names", flush=True)
    if sample:  # spread over the stories, the same ones each time
        tasks = tasks[::max(1, len(tasks) // sample)]
    begin = time.monotonic()
    results = ground.in_parallel(tasks, die_once, jobs, say("points"))
    unreached = sum(1 for one in results if one.deaths == 0)
    return told("every edge", results, f"{unreached} edges not reached this time",
                f"{time.monotonic() - begin:.0f} s")


def doubles(jobs, sample, only=None, wanted=2000):
    """`wanted` runs that die at a random edge and again at a random one of the recovery."""
    named = [one for one in stories.STORIES if not only or one.name in only]
    if sample and not only:
        named = named[1::3]
    seeds = (1,) if sample else (1, 2, 3)
    wanted = sample or wanted
    edges = enumerated(named, seeds, jobs, 1 if sample else 2)
    chance = random.Random(1)
    results, begin = [], time.monotonic()
    while sum(1 for one in results if one.deaths >= 2) < wanted:
        missing = wanted - sum(1 for one in results if one.deaths >= 2)
        tasks = []
        for number in range(missing + missing // 4):
            story, seed = chance.choice(named), seeds[number * len(seeds) // (missing + missing // 4)]
            # Most recoveries pass 20 to 60 edges; a few pass one hundred.
            tasks.append((story, seed, chance.choice(edges[story.name, seed]),
                          1 + int(chance.random() ** 2 * 60)))
        results += ground.in_parallel(tasks, die_twice, jobs, say("doubles"))
        if any(one.broken for one in results) and len(results) > 20 * wanted:
            break
    twice = sum(1 for one in results if one.deaths >= 2)
    return told("double kills", results, f"{twice} of them twice or more",
                f"{time.monotonic() - begin:.0f} s")
