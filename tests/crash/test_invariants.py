"""Shows that each invariant can fail: true records of a walk, then the same records with one lie in each.

Usage: test_invariants.py   (no build is needed: the records are made here, with the ledger's own schema)
"""
import os
import re
import shutil
import sqlite3
import sys
import tempfile

import invariants

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ATTEMPT, DEPLOYMENT = "a" * 26, "d" * 26


def row(database, table, **values):
    """Inserts a row; what is not named gets the empty value of its type."""
    for _, name, kind, needed, _, key in database.execute(f"PRAGMA table_info({table})").fetchall():
        if name not in values and needed and not (key and kind == "INTEGER"):
            values[name] = 0 if kind == "INTEGER" else ""
    names = ", ".join(f'"{name}"' for name in values)
    database.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})",
                     list(values.values()))


class Records:
    """What is left of one deployment that bought one server, all as it should be."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="berth-invariants-")
        self.state = os.path.join(self.folder, "state")
        os.mkdir(self.state, 0o700)
        os.close(os.open(self.ledger(), os.O_CREAT | os.O_RDWR, 0o600))
        with open(os.path.join(SOURCE, "core", "ledger", "schema.sql")) as file:
            self.change(file.read())
        with sqlite3.connect(self.ledger()) as database:
            row(database, "attempt", id=ATTEMPT, deployment_id=DEPLOYMENT, account="hetzner-main", status="ready",
                vendor_id="1", created_unix_ms=1000)
            row(database, "deployment", id=DEPLOYMENT, application="web", status="succeeded")
            for seq, kind in enumerate(("deployment.accepted", "deployment.succeeded"), 1):
                row(database, "event", seq=seq, event_id=f"e{seq}", type=kind, deployment_id=DEPLOYMENT,
                    fields_json="{}", recipients="[]")
                row(database, "delivery", notifier="hook", event_seq=seq, deployment_id=DEPLOYMENT,
                    state="delivered")
        self.evidence = invariants.Evidence(
            [{"seq": 1, "event": "request", "at": 1500},
             {"seq": 2, "event": "created", "at": 2000, "vendor": "hetzner", "account": "main", "id": "1",
              "attempt": ATTEMPT, "cause": "create"}],
            self.state, [("web was deployed", "SELECT 1 FROM deployment WHERE application = 'web'", ())],
            [["deployment.accepted", "deployment.succeeded"]], "begin 7 d\nend 7 d\n",
            [{"event_id": "e1", "deployment_id": DEPLOYMENT}, {"event_id": "e1", "deployment_id": DEPLOYMENT},
             {"event_id": "e2", "deployment_id": DEPLOYMENT}])

    def ledger(self):
        return os.path.join(self.state, "ledger.db")

    def change(self, sql):
        with sqlite3.connect(self.ledger()) as database:
            database.executescript(sql)
        database.close()

    def created(self, **changes):
        line = {**self.evidence.oracle[1], "seq": len(self.evidence.oracle) + 1, **changes}
        self.evidence.oracle.append(line)
        return line

    def close(self):
        shutil.rmtree(self.folder)


def a_duplicate_that_was_destroyed_since(records):
    """Two at one moment are two, whatever came of the second."""
    records.created(id="2")
    records.created(id="2", event="destroyed")


def a_server_nobody_owns(records):
    records.change("UPDATE attempt SET status = 'gone'")


def a_server_that_is_gone(records):
    records.created(event="destroyed")


def a_create_without_an_intent(records):
    records.created(id="2", attempt="nobody")
    records.created(id="2", attempt="nobody", event="destroyed")


def an_intent_after_its_effect(records):
    records.change("UPDATE attempt SET created_unix_ms = 2001")


def a_deployment_on_its_way(records):
    records.change("UPDATE deployment SET status = 'provisioning'")


def an_attempt_on_its_way(records):
    records.change("INSERT INTO attempt SELECT NULL, 'b' || substr(id, 2), "
                   + records_columns(records, "attempt", "id", "seq") + " FROM attempt")
    records.change("UPDATE attempt SET status = 'requested' WHERE id LIKE 'b%'")


def records_columns(records, table, *but):
    with sqlite3.connect(records.ledger()) as database:
        names = [one[1] for one in database.execute(f"PRAGMA table_info({table})")]
    return ", ".join(f'"{name}"' for name in names if name not in but)


def a_lost_acknowledgement(records):
    records.change("DELETE FROM delivery; DELETE FROM deployment")


def an_event_that_was_only_printed(records):
    records.evidence.told = [["deployment.accepted", "server.auto-provisioned"]]


def events_printed_in_another_order(records):
    records.evidence.told = [["deployment.succeeded", "deployment.accepted"]]


def two_commands(records):
    records.evidence.command_log += "overlap 8 d\n"


def an_event_that_nobody_got(records):
    records.evidence.delivered = records.evidence.delivered[:2]


def events_out_of_order(records):
    records.evidence.delivered = records.evidence.delivered[::-1][:2]


def a_ledger_that_others_may_read(records):
    os.chmod(records.ledger(), 0o644)


def a_ledger_that_is_damaged(records):
    with sqlite3.connect(records.ledger()) as database:
        database.execute("PRAGMA writable_schema = ON")
        # An index that leaves out what it has to hold.
        database.execute("UPDATE sqlite_schema SET sql = replace(sql, '<> ''gone''', '= ''gone''') "
                         "WHERE name = 'attempt_live'")
    database.close()


def no_ledger_at_all(records):
    os.remove(records.ledger())


LIES = {a_duplicate_that_was_destroyed_since: "duplicate", a_server_nobody_owns: "orphan",
        a_server_that_is_gone: "lost_server", a_create_without_an_intent: "no_intent",
        an_intent_after_its_effect: "no_intent", a_deployment_on_its_way: "not_ended",
        an_attempt_on_its_way: "not_ended", a_lost_acknowledgement: "lost_acknowledgement",
        an_event_that_was_only_printed: "lost_acknowledgement",
        events_printed_in_another_order: "lost_acknowledgement", two_commands: "two_commands",
        an_event_that_nobody_got: "undelivered", events_out_of_order: "out_of_order",
        a_ledger_that_others_may_read: "file_mode", a_ledger_that_is_damaged: "integrity",
        no_ledger_at_all: "lost_acknowledgement"}


def main():
    failed = 0
    truth = Records()
    found = invariants.broken(truth.evidence)
    truth.close()
    if found:
        failed += 1
        print(f"FAILED  true records are called broken: {found}")
    for lie, expected in LIES.items():
        records = Records()
        lie(records)
        found = invariants.broken(records.evidence)
        records.close()
        kinds = {re.match(r"\w+", one)[0] for one in found}
        well = expected in kinds
        failed += not well
        print(f"{'ok     ' if well else 'FAILED '} {lie.__name__}: {found}")
    sys.exit(1 if failed else 0)


main()
