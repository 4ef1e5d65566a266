#!/usr/bin/python3
"""Builds berth with one guard removed, and shows that the simulation notices each time.

  tests/sim/mutants.py FOLDER [--seeds 1000] [--only NAME]
  tests/sim/mutants.py --check

A guard whose lines have changed is an error here, so that this table stays true. FOLDER gets a copy of
the sources and a build of them.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

ATTEMPT = "core/engine/attempt.cpp"

# name: (what is missing, is it for the power-cut suite, [(file, text, instead)])
MUTANTS = {
    "intent-after-create": (
        "the intent to create is committed with the answer, not before the call", False,
        [(ATTEMPT, "      tx.save(*attempt);  // the intent, committed before the call\n", ""),
         (ATTEMPT, """      if (attempt->status != AttemptStatus::requested)
        return answered_after_all(parts, tx, *attempt, created, before);
""", "")]),
    "unguarded-quota": (
        "servers that are on their way in or out do not count", False,
        [("core/engine/place.cpp",
          "facts.servers_counted = view.servers_counted(deployment.organization);",
          """for (const Server& one : fleet)
    facts.servers_counted += one.auto_provisioned && one.status == ServerStatus::ready ? 1 : 0;""")]),
    "no-attempt-token": (
        "what is created does not carry its attempt", False,
        [(ATTEMPT, "  request.attempt_id = attempt.id;\n",
          "  request.attempt_id = parts.entropy.id();\n")]),
    "claims-lapse-by-time": (
        "a claim is free for others 30 s after it was due, whoever lives", False,
        [("core/ledger/tasks.cpp", "  std::vector<TaskRecord> claimed;\n",
          """  std::vector<TaskRecord> claimed;
  database_.run("UPDATE task SET owner = '', lapsed = 1 WHERE owner <> '' AND due_boot_ms < ?",
                now.boot_ms - 30'000);
""")]),
    "delete-not-repeated": (
        "a delete that was answered is believed", False,
        [(ATTEMPT, """        attempt->destroy_problem.clear();
        tx.save(*attempt);
        tx.schedule(TaskKind::look, attempt->account, now.after(200), true);
        settle_attempt(tx, *attempt, now.after(repeat_destroy_ms));
""", "        gone(parts, tx, *attempt);\n")]),
    "partial-list-is-empty": (
        "what an incomplete list does not show is taken for absent", False,
        [(ATTEMPT, "found && found->complete &&", "found &&"),
         ("core/engine/look.cpp",
          "      (found.complete &&\n       ((only_anothers", "      (true &&\n       ((only_anothers"),
         ("core/engine/reconcile.cpp", "if (!asked || !found.complete || ", "if (!asked || ")]),
    "synchronous-normal": (
        "commits are not synced one by one", True,
        [("core/ledger/ledger_file.cpp",
          "\"PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
          "\"PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;")]),
    "one-look-is-enough": (
        "after an unknown outcome one look that shows nothing allows a second create", False,
        [(ATTEMPT, "if (!absent_again(parts, *attempt, rules.settle_ms)) {",
          "if (!absent_again(parts, *attempt, 0) && rules.settle_ms < 0) {")]),
    "cancel-takes-from-others": (
        "whoever began an attempt ends it, whether or not others wait for it", False,
        [(ATTEMPT, "  if (!view.waiting_for(attempt.id).empty()) return true;\n",
          """  for (const DeploymentRecord& one : view.waiting_for(attempt.id))
    if (one.id == attempt.deployment_id) return true;
""")]),
    "told-before-it-was-heard": (
        "an event counts as delivered before the notifier has it", False,
        [("core/engine/deliver.cpp",
          "  return [&parts, task, notifier, tries = delivery->tries,",
          """  tx.delivered(notifier, record->seq);
  return [&parts, task, notifier, tries = delivery->tries,""")]),
    "failover-without-bound": (
        "a failover goes on to whatever is left, at any price", False,
        [("core/engine/place.cpp", "  if (decision.bound)\n    ranked.erase(",
          "  if (decision.bound && ranked.empty())\n    ranked.erase(")]),
    "dear-without-asking": (
        "a decision may buy what costs more than was shown", False,
        [("core/policy/pipeline.cpp", "  if (bound.kind != VerdictKind::proceed) {",
          "  if (bound.kind != VerdictKind::proceed && facts.dearer_percent < 0) {"),
         ("core/engine/place.cpp", "  if (decision.bound)\n    ranked.erase(",
          "  if (decision.bound && ranked.empty())\n    ranked.erase(")]),
    "outage-is-final": (
        "a cloud that cannot be asked just now ends the deployment", False,
        [("core/policy/stages/selection.cpp",
          "  if (nearest == \"unreachable\") return wait_for(true, \"\", details);\n",
          "  if (nearest == \"unreachable\")\n    return {VerdictKind::deny, \"no_fitting_offer\","
          " \"A cloud could not be asked.\"};\n")]),
    "config-of-the-start": (
        "a process works for ever by the config it started with", False,
        [("core/watched_config.cpp", "  if (!asked && now < next_look_ms_) return false;\n",
          "  if (!asked) return false;\n")]),
    "no-second-look-at-the-config": (
        "what was decided is asked for without another look at the files", False,
        [(ATTEMPT, "    if (!config.empty() && !parts.configuration.still(config))\n",
          "    if (!config.empty() && parts.configuration.fingerprint().empty())\n")]),
    "bought-by-a-broken-config": (
        "a config that cannot be used does not stop buying", False,
        [("core/engine/place.cpp",
          "  const std::string why = parts.configuration.problem();\n  if (why.empty()) return;\n",
          "  const std::string why = parts.configuration.problem();\n"
          "  if (!why.empty() || decision.outcome.code.empty()) return;\n")]),
    "restored-ledger-goes-on": (
        "a ledger that was put back is not recognised", False,
        [("core/ledger/whereabouts.cpp", "  if (noted > row.generation)\n",
          "  if (noted > row.generation && noted < 0)\n"),
         ("core/engine/standing.cpp", "  if (!known) return is_minted(server.attempt_id);",
          "  if (!known) return false;")]),
    "absent-is-gone": (
        "a server that a list does not show counts as destroyed", False,
        [("core/engine/look.cpp", "    if (!attempt.vendor_id.empty() && !attempt.destroy_answered &&\n",
          "    if (attempt.errors < 0 && !attempt.vendor_id.empty() && !attempt.destroy_answered &&\n")]),
    "stopped-is-placeable": (
        "a server that is shown as stopped takes deployments", False,
        [("core/fleet/placement.cpp",
          "    case ServerStatus::stopped: return {\"stopped\", \"its cloud shows it as stopped\"};\n",
          "    case ServerStatus::stopped: break;\n")]),
    "kept-elsewhere": (
        "a server in another region than asked is kept", False,
        [("core/engine/answer_check.cpp", "  const bool same_region = row->region == was.region;\n",
          "  const bool same_region = true;\n"),
         ("core/engine/answer_check.cpp",
          "  if (!got) return \"what that type costs and holds is not known\";\n",
          "  if (!got) return {};\n")]),
    "two-commands": (
        "a command that a dead process left behind is not ended", False,
        [("core/engine/deploy.cpp",
          "    if (left_behind.pid != 0) parts.processes.end(left_behind);\n", "")]),
}


def run(command, **options):
    return subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False, **options)


def copy_sources(folder):
    files = run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"]).stdout.split("\n")
    for name in files:
        if not name or not os.path.exists(os.path.join(ROOT, name)):
            continue
        target = os.path.join(folder, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        source = os.path.join(ROOT, name)
        if not os.path.exists(target) or open(source, "rb").read() != open(target, "rb").read():
            shutil.copy2(source, target)


def build(source, folder, first=False):
    if first:
        # One object a file: a guard that is taken away costs one file's compilation.
        done = run(["cmake", "-S", source, "-B", folder, "-G", "Ninja", "-DBERTH_TESTS=ON",
                    "-DCMAKE_UNITY_BUILD=OFF"])
        if done.returncode != 0:
            sys.exit(done.stdout[-4000:])
    done = run(["cmake", "--build", folder, "--target", "berth-sim", "aws", "digitalocean",
                "hetzner"])
    if done.returncode != 0:
        sys.exit("it does not build:\n" + done.stdout[-4000:])


def changed(source, edits, undo):
    for name, text, instead in edits:
        path = os.path.join(source, name)
        before = open(path).read()
        undo.setdefault(path, before)
        if before.count(text) != 1:
            sys.exit(f"{name}: the guard is not there any more, or twice: {text.strip()!r}")
        open(path, "w").write(before.replace(text, instead))


def check_table():
    """Whether every guard of the table still stands where it says."""
    gone = [f"{name}: {path}: the guard is not there any more, or twice: {text.strip()!r}"
            for name, (_, _, edits) in MUTANTS.items() for path, text, _ in edits
            if open(os.path.join(ROOT, path)).read().count(text) != 1]
    print("\n".join(gone) or f"{len(MUTANTS)} guards stand where the table says")
    sys.exit(1 if gone else 0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--check", action="store_true", help="only: does the table fit the sources?")
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--only", choices=MUTANTS)
    asked = parser.parse_args()
    if asked.check:
        check_table()
    if not asked.folder:
        parser.error("name a folder for the builds")
    source, folder = (os.path.join(asked.folder, name) for name in ("src", "build"))
    copy_sources(source)
    build(source, folder, first=True)
    program = os.path.join(folder, "bin", "berth-sim")
    missed = []
    names = [asked.only] if asked.only else list(MUTANTS)
    for name in names:
        missing, power, edits = MUTANTS[name]
        undo = {}
        try:
            changed(source, edits, undo)
            build(source, folder)
            began = time.monotonic()
            what = "--power-cuts" if power else "--seeds"
            done = run([program, what, str(asked.seeds), "--until-first"])
        finally:
            for path, text in undo.items():
                open(path, "w").write(text)
        seeds = [int(one) for one in re.findall(r"^seed (\d+) failed", done.stdout, re.M)]
        if seeds:
            rule = re.search(r"^seed \d+ failed:\n  at \d+ ms: (.*)", done.stdout, re.M).group(1)
            print(f"caught  {name}: {missing}. Seed {min(seeds)}, "
                  f"{time.monotonic() - began:.0f} s: {rule}", flush=True)
        else:
            print(f"MISSED  {name}: {missing}.\n{done.stdout[-2000:]}", flush=True)
            missed.append(name)
    print(f"{len(names) - len(missed)} of {len(names)} missing guards were noticed within "
          f"{asked.seeds} lives")
    sys.exit(1 if missed else 0)


main()
