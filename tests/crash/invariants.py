"""What has to hold after any death and its recovery, from three records: what the clouds say of themselves
(berth-fakecloud's oracle), what berth has on record (ledger.db), and what berth had told its client.

`broken(evidence)` returns a sentence for everything that does not hold; empty: all is well. Each begins with
the name of its invariant. test_invariants.py feeds it doctored records, to show that each can fail.
"""
import os
import sqlite3
import stat

FINAL = ("succeeded", "denied", "insufficient_capacity", "provisioning_failed", "cancelled", "timed_out",
         "deploy_failed", "error")
HELD = ("awaiting_approval",)


class Evidence:
    """oracle: the lines of the log, as dicts, in their order. state: berth's state folder.
    promises: (sentence, SQL that finds a row when the promise was kept, values).
    told: the event types that berth printed for a deployment, in the order of printing, by process.
    command_log: what the deploy command wrote of itself. delivered: events as a notifier got them.
    strangers: attempts in labels that no create of berth's put there. may_wait: a notifier that failed is asked
    again some minutes later, and the end of time is not so late."""

    def __init__(self, oracle, state, promises=(), told=(), command_log="", delivered=None,
                 strangers=(), jumped_clock=False, may_wait=False):
        self.oracle, self.state = oracle, state
        self.promises, self.told = promises, told
        self.command_log, self.delivered = command_log, delivered
        self.strangers, self.jumped_clock, self.may_wait = strangers, jumped_clock, may_wait


def duplicates(oracle):
    """At every moment of the log: at most one live server for each attempt."""
    live, found = {}, []
    for line in oracle:
        attempt = line.get("attempt")
        if not attempt:
            continue
        machine = (line["vendor"], line.get("account"), str(line["id"])) \
            if line["event"] in ("created", "destroyed") else None
        if line["event"] == "created":
            live.setdefault(attempt, set()).add(machine)
            if len(live[attempt]) > 1:
                found.append(f"duplicate: attempt {attempt} has {sorted(live[attempt])} at line {line['seq']}")
        elif line["event"] == "destroyed":
            live.get(attempt, set()).discard(machine)
    return found


def live_at_the_end(oracle):
    live = {}
    for line in oracle:
        if line["event"] == "created" and line.get("attempt"):
            live[(line["vendor"], str(line["id"]))] = line["attempt"]
        elif line["event"] == "destroyed":
            live.pop((line["vendor"], str(line["id"])), None)
    return live


def orphans(oracle, ledger):
    owned = {str(row[0]): row[1] for row in ledger.execute(
        "SELECT vendor_id, id FROM attempt WHERE status = 'ready'")}
    live = live_at_the_end(oracle)
    found = [f"orphan: {vendor} has server {machine} of attempt {attempt}, and no ready attempt owns it"
             for (vendor, machine), attempt in live.items() if machine not in owned]
    there = {machine for _, machine in live}
    found += [f"lost_server: attempt {attempt} is ready, and its server {machine} is not at the cloud"
              for machine, attempt in owned.items() if machine not in there]
    return found


def intents(oracle, ledger, strangers, jumped_clock):
    known = dict(ledger.execute("SELECT id, created_unix_ms FROM attempt"))
    found = []
    for line in oracle:
        if line["event"] != "created" or line.get("cause") == "planted":
            continue
        attempt = line.get("attempt")
        if attempt in strangers:
            continue
        if attempt not in known:
            found.append(f"no_intent: server {line['id']} carries attempt {attempt!r}, which is not on record")
        elif not jumped_clock and known[attempt] > line["at"]:
            found.append(f"no_intent: attempt {attempt} was recorded after its server {line['id']} was made")
    return found


def not_ended(ledger):
    states = ", ".join(repr(state) for state in FINAL + HELD)
    found = [f"not_ended: deployment {row[0]} is {row[1]} ({row[2]})" for row in ledger.execute(
        f"SELECT id, status, reason FROM deployment WHERE status NOT IN ({states})")]
    return found + [f"not_ended: attempt {row[0]} is {row[1]}" for row in ledger.execute(
        "SELECT id, status FROM attempt WHERE status NOT IN ('ready', 'gone')")]


def lost_acknowledgements(promises, told, ledger):
    found = [f"lost_acknowledgement: {sentence}" for sentence, sql, values in promises
             if not ledger.execute(sql, values).fetchone()]
    for lines in told:
        recorded = [row[0] for row in ledger.execute("SELECT type FROM event ORDER BY seq")]
        at = 0
        for kind in lines:  # a subsequence, or something was shown that never was
            if kind not in recorded[at:]:
                found.append(f"lost_acknowledgement: event {kind} was printed and is not on record")
                break
            at += recorded[at:].index(kind) + 1
    return found


def two_commands(command_log):
    return [f"two_commands: two deploy commands ran at once ({line})"
            for line in command_log.splitlines() if line.startswith("overlap")]


def deliveries(delivered, ledger, may_wait):
    """Each event at least once, in the order of the record for each deployment."""
    if delivered is None:
        return []
    expected, found = {}, []
    for deployment, event in ledger.execute(
            "SELECT e.deployment_id, e.event_id FROM event e JOIN delivery d ON d.event_seq = e.seq "
            f"WHERE d.state <> '{'waiting' if may_wait else ''}' ORDER BY e.seq"):
        expected.setdefault(deployment, []).append(event)
    for deployment, events in expected.items():
        first = list(dict.fromkeys(one["event_id"] for one in delivered
                                   if one.get("deployment_id", "") == deployment))
        if set(events) - set(first):
            found.append(f"undelivered: of {deployment or 'no deployment'}: {set(events) - set(first)}")
        elif [one for one in first if one in events] != events:
            found.append(f"out_of_order: {deployment or 'no deployment'}: {first}, recorded as {events}")
    return found


def files(state):
    found = []
    for folder, _, names in os.walk(state):
        for path, most in [(folder, 0o700)] + [(os.path.join(folder, name), 0o600) for name in names]:
            try:
                mode = stat.S_IMODE(os.stat(path).st_mode)
            except FileNotFoundError:
                continue
            if mode & ~most:
                found.append(f"file_mode: {path} is {mode:o}")
    return found


def broken(evidence):
    path = os.path.join(evidence.state, "ledger.db")
    if not os.path.exists(path):
        # Death before the ledger was made: then nobody was told anything, and nothing was bought.
        found = [f"lost_acknowledgement: {promise[0]}" for promise in evidence.promises]
        return found + [f"no_intent: server {machine} and no ledger"
                        for machine in live_at_the_end(evidence.oracle)]
    ledger = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        found = [f"integrity: {row[0]}" for row in ledger.execute("PRAGMA integrity_check")
                 if row[0] != "ok"]
        found += [f"integrity: {row}" for row in ledger.execute("PRAGMA foreign_key_check")]
        found += duplicates(evidence.oracle)
        found += orphans(evidence.oracle, ledger)
        found += intents(evidence.oracle, ledger, evidence.strangers, evidence.jumped_clock)
        found += not_ended(ledger)
        found += lost_acknowledgements(evidence.promises, evidence.told, ledger)
        found += two_commands(evidence.command_log)
        found += deliveries(evidence.delivered, ledger, evidence.may_wait)
        return found + files(evidence.state)
    finally:
        ledger.close()
