"""A ledger of any size: a few real deployments of the instant cloud, copied row by row.

The decisions are real ones, with the rows repeated until they are as long as those over three clouds.
"""
import json
import os
import sqlite3

REAL = 5
DECISION_BYTES = 18_000
EVENTS_EACH = 6


def columns(ledger, table):
    return [row[1] for row in ledger.execute(f"PRAGMA table_info({table})") if row[1] != "seq"]


def copies(ledger, table, where, count, changed, per=1):
    """Copies the first row that fits `count` times; `changed`: column -> SQL over n (1 to count)."""
    names = columns(ledger, table)
    quoted = [f'"{name}"' for name in names]
    values = [changed.get(name, f'row."{name}"') for name in names]
    ledger.execute(
        f"WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {count * per})"
        f" INSERT INTO {table} ({', '.join(quoted)}) SELECT {', '.join(values)} FROM counted,"
        f" (SELECT * FROM {table} WHERE {where} ORDER BY rowid LIMIT 1) AS row")


def fill(state, servers, deployments):
    """Fills the ledger of a finished `berth run` of REAL deployments."""
    ledger = sqlite3.connect(os.path.join(state, "ledger.db"))
    ledger.execute("PRAGMA synchronous = OFF")
    seq, text = ledger.execute("SELECT seq, json FROM decision ORDER BY length(json) DESC LIMIT 1").fetchone()
    document = json.loads(text)
    rows = document["rows"]
    while len(json.dumps(document)) < DECISION_BYTES:
        document["rows"] = document["rows"] + rows
    ledger.execute("UPDATE decision SET json = ? WHERE seq = ?", (json.dumps(document), seq))
    name = lambda kind, number: f"printf('{kind}%08d', {number})"
    server = f"(n % {servers}) + 1"
    copies(ledger, "server", "status = 'ready'", servers,
           {"id": name("server", "n"), "name": name("auto-acme-", "n"),
            "attempt_id": name("attempt", "n"), "vendor_id": "n"})
    copies(ledger, "attempt", "status = 'ready'", servers,
           {"id": name("attempt", "n"), "server_id": name("server", "n"),
            "deployment_id": name("deployment", "n"), "vendor_id": "n"})
    copies(ledger, "hold", "1", servers,
           {"id": name("hold", "n"), "server_id": name("server", "n"),
            "application": name("app-", "n"), "deployment_id": name("deployment", "n")})
    copies(ledger, "deployment", "status = 'succeeded'", deployments,
           {"id": name("deployment", "n"), "application": name("app-", server),
            "server_id": name("server", server), "idempotency_key": "''",
            "audit_id": name("record", "n"), "created_unix_ms": "created_unix_ms + n"})
    copies(ledger, "decision", f"seq = {seq}", deployments,
           {"deployment_id": name("deployment", "n")})
    each = f"((n - 1) / {EVENTS_EACH}) + 1"
    copies(ledger, "event", "type = 'deployment.succeeded'", deployments,
           {"deployment_id": name("deployment", each), "at_unix_ms": "at_unix_ms + n"}, EVENTS_EACH)
    for late, status in enumerate(("pending", "provisioning", "succeeded")):
        copies(ledger, "audit_entry", "status = 'succeeded'", deployments,
               {"record_id": name("record", "n"), "deployment_id": name("deployment", "n"),
                "application": name("app-", server), "status": f"'{status}'",
                "at_unix_ms": f"at_unix_ms + n * 3 + {late}"})
    ledger.commit()
    ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ledger.close()
