-- The ledger's tables. A line "-- migration N" begins migration N; a released one is never edited:
-- what changes is a new migration at the end. All that are missing run in one transaction, which
-- also sets PRAGMA user_version to the last N.
--
-- Times: INTEGER Unix ms UTC, 0 = not yet. Money: INTEGER nano-units and a currency ('' = unknown).
-- CPU: millicores; memory and disk: MiB. Booleans: 0 or 1. Absent text is ''; where the absence has
-- a meaning of its own it is NULL.

-- migration 1
CREATE TABLE installation (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id  TEXT NOT NULL
) STRICT;

CREATE TABLE deployment (
  seq             INTEGER PRIMARY KEY,
  id              TEXT NOT NULL UNIQUE,
  organization    TEXT NOT NULL,
  application     TEXT NOT NULL,
  millicores      INTEGER NOT NULL,
  memory_mib      INTEGER NOT NULL,
  disk_mib        INTEGER NOT NULL,
  arch            TEXT NOT NULL,
  strategy        TEXT NOT NULL,
  status          TEXT NOT NULL,
  reason_code     TEXT NOT NULL,
  reason          TEXT NOT NULL,
  requested_by    TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  created_unix_ms  INTEGER NOT NULL,
  updated_unix_ms  INTEGER NOT NULL,
  finished_unix_ms INTEGER NOT NULL,
  ttl_ms          INTEGER NOT NULL,
  server_id       TEXT NOT NULL,
  attempt_id      TEXT NOT NULL,
  tries           INTEGER NOT NULL,
  excluded_offers TEXT NOT NULL,              -- a JSON array
  provisioning_deadline_unix_ms INTEGER,
  provisioning_deadline_boot_ms INTEGER,
  provisioning_deadline_boot_id TEXT,
  approval_deadline_unix_ms     INTEGER,
  approval_deadline_boot_ms     INTEGER,
  approval_deadline_boot_id     TEXT,
  approved_by       TEXT NOT NULL,
  approved_unix_ms  INTEGER NOT NULL,
  approved_limit_nanos    INTEGER NOT NULL,
  approved_limit_currency TEXT NOT NULL,
  estimate_nanos    INTEGER NOT NULL,         -- per month
  estimate_currency TEXT NOT NULL,
  audit_id          TEXT NOT NULL,
  cancel_requested_by TEXT NOT NULL,
  command_pid         INTEGER NOT NULL,
  command_start_ticks INTEGER NOT NULL,
  command_boot_id     TEXT NOT NULL,
  command_exit        INTEGER NOT NULL,
  command_tail        TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX deployment_key ON deployment (organization, idempotency_key)
  WHERE idempotency_key <> '';
CREATE INDEX deployment_time ON deployment (created_unix_ms);
CREATE INDEX deployment_organization ON deployment (organization, created_unix_ms);
CREATE INDEX deployment_application ON deployment (application, organization, created_unix_ms);
CREATE INDEX deployment_status ON deployment (status, created_unix_ms);
CREATE INDEX deployment_attempt ON deployment (attempt_id) WHERE attempt_id <> '';

-- Which verdict, from which facts, for people and for replay; the newest counts.
CREATE TABLE decision (
  seq           INTEGER PRIMARY KEY,
  deployment_id TEXT NOT NULL,
  at_unix_ms    INTEGER NOT NULL,
  json          TEXT NOT NULL
) STRICT;
CREATE INDEX decision_deployment ON decision (deployment_id);

CREATE TABLE attempt (
  seq             INTEGER PRIMARY KEY,
  id              TEXT NOT NULL UNIQUE,
  organization    TEXT NOT NULL,
  deployment_id   TEXT NOT NULL,
  server_id       TEXT NOT NULL,
  account         TEXT NOT NULL,
  status          TEXT NOT NULL,
  offers_json     TEXT NOT NULL,
  candidate       INTEGER NOT NULL,
  vendor_id       TEXT NOT NULL,
  note            TEXT NOT NULL,
  region          TEXT NOT NULL,
  unknown_outcome INTEGER NOT NULL CHECK (unknown_outcome IN (0, 1)),
  absent_looks    INTEGER NOT NULL,
  absent_since_unix_ms INTEGER NOT NULL,
  phase           TEXT NOT NULL,
  created_unix_ms   INTEGER NOT NULL,
  requested_unix_ms INTEGER NOT NULL,
  accepted_unix_ms  INTEGER NOT NULL,
  ended_unix_ms     INTEGER NOT NULL,
  ready_deadline_unix_ms INTEGER,
  ready_deadline_boot_ms INTEGER,
  ready_deadline_boot_id TEXT,
  expires_unix_ms INTEGER NOT NULL,
  errors          INTEGER NOT NULL,
  failure_code    TEXT NOT NULL,
  failure         TEXT NOT NULL
) STRICT;
CREATE INDEX attempt_live ON attempt (account) WHERE status <> 'gone';
CREATE INDEX attempt_live_organization ON attempt (organization) WHERE status <> 'gone';
CREATE INDEX attempt_deployment ON attempt (deployment_id);

CREATE TABLE server (
  seq              INTEGER PRIMARY KEY,
  id               TEXT NOT NULL UNIQUE,
  organization     TEXT NOT NULL,
  name             TEXT NOT NULL,
  status           TEXT NOT NULL,
  enabled          INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  reachable        INTEGER NOT NULL CHECK (reachable IN (0, 1)),
  auto_provisioned INTEGER NOT NULL CHECK (auto_provisioned IN (0, 1)),
  attempt_id       TEXT NOT NULL,
  account          TEXT NOT NULL,
  provider         TEXT NOT NULL,
  region           TEXT NOT NULL,
  zone             TEXT NOT NULL,
  instance_type    TEXT NOT NULL,
  vendor_id        TEXT NOT NULL,
  arch             TEXT NOT NULL,
  capacity_millicores INTEGER NOT NULL,
  capacity_memory_mib INTEGER NOT NULL,
  capacity_disk_mib   INTEGER NOT NULL,
  network_percent  INTEGER,
  load_percent     INTEGER,
  public_ipv4      TEXT NOT NULL,
  private_ipv4     TEXT NOT NULL,
  ssh_user         TEXT NOT NULL,
  host_key         TEXT NOT NULL,
  ssh_port         INTEGER NOT NULL,
  monthly_nanos    INTEGER NOT NULL,
  currency         TEXT NOT NULL,
  created_unix_ms  INTEGER NOT NULL,
  ready_unix_ms    INTEGER NOT NULL,
  -- What else runs there, as `berth servers report` last said.
  other_millicores INTEGER NOT NULL DEFAULT 0,
  other_memory_mib INTEGER NOT NULL DEFAULT 0,
  other_disk_mib   INTEGER NOT NULL DEFAULT 0,
  reported_unix_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX server_live ON server (organization) WHERE status <> 'gone';
CREATE INDEX server_organization ON server (organization);
CREATE INDEX server_live_name ON server (name) WHERE status <> 'gone';

CREATE TABLE hold (
  seq             INTEGER PRIMARY KEY,
  id              TEXT NOT NULL UNIQUE,
  organization    TEXT NOT NULL,
  application     TEXT NOT NULL,
  server_id       TEXT NOT NULL REFERENCES server (id) DEFERRABLE INITIALLY DEFERRED,
  deployment_id   TEXT NOT NULL,
  millicores      INTEGER NOT NULL,
  memory_mib      INTEGER NOT NULL,
  disk_mib        INTEGER NOT NULL,
  active          INTEGER NOT NULL CHECK (active IN (0, 1)),
  expires_unix_ms INTEGER NOT NULL,
  created_unix_ms INTEGER NOT NULL
) STRICT;
-- Covers the summing of a server's used room.
CREATE INDEX hold_server ON hold (server_id, application, millicores, memory_mib, disk_mib);
CREATE INDEX hold_application ON hold (organization, application);
CREATE INDEX hold_deployment ON hold (deployment_id);

-- Work that is due at `due`. While `owner` has claimed it, a wake-up goes to `wake`, so that it is
-- still there when the claim is settled.
CREATE TABLE task (
  kind          TEXT NOT NULL,
  subject       TEXT NOT NULL,
  deployment_id TEXT NOT NULL,                -- of a delivery; '' for other kinds
  due_unix_ms   INTEGER NOT NULL,
  due_boot_ms   INTEGER NOT NULL,
  due_boot_id   TEXT NOT NULL,
  wake_unix_ms  INTEGER,
  wake_boot_ms  INTEGER,
  wake_boot_id  TEXT,
  owner         TEXT NOT NULL,                -- '' = nobody has claimed it
  lapsed        INTEGER NOT NULL CHECK (lapsed IN (0, 1)),
  PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_due ON task (due_boot_id, due_boot_ms, due_unix_ms) WHERE owner = '';
CREATE INDEX task_owner ON task (owner) WHERE owner <> '';
CREATE INDEX task_delivery ON task (deployment_id) WHERE deployment_id <> '';

CREATE TABLE event (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id      TEXT NOT NULL,
  type          TEXT NOT NULL,
  organization  TEXT NOT NULL,
  deployment_id TEXT NOT NULL,
  message       TEXT NOT NULL,
  fields_json   TEXT NOT NULL,
  at_unix_ms    INTEGER NOT NULL,
  recipients    TEXT NOT NULL                 -- a JSON array
) STRICT;
CREATE INDEX event_deployment ON event (deployment_id);
CREATE TRIGGER event_no_update BEFORE UPDATE ON event
  BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
  BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

CREATE TABLE delivery (
  notifier      TEXT NOT NULL,
  event_seq     INTEGER NOT NULL REFERENCES event (seq),
  deployment_id TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'given_up')),
  tries         INTEGER NOT NULL,
  last_error    TEXT NOT NULL,
  PRIMARY KEY (notifier, event_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_waiting ON delivery (deployment_id, notifier, event_seq)
  WHERE state = 'waiting';

-- Every state of every provisioning's record, whole; `audit_record` is the newest of each.
CREATE TABLE audit_entry (
  seq             INTEGER PRIMARY KEY AUTOINCREMENT,
  record_id       TEXT NOT NULL,
  at_unix_ms      INTEGER NOT NULL,
  organization    TEXT NOT NULL,
  application     TEXT NOT NULL,
  deployment_id   TEXT NOT NULL,
  server_id       TEXT NOT NULL,
  attempt_id      TEXT NOT NULL,
  vendor_id       TEXT NOT NULL,
  "trigger"       TEXT NOT NULL,
  status          TEXT NOT NULL,
  required_millicores INTEGER NOT NULL,
  required_memory_mib INTEGER NOT NULL,
  required_disk_mib   INTEGER NOT NULL,
  offer_json      TEXT NOT NULL,
  estimated_monthly_nanos    INTEGER NOT NULL,
  estimated_monthly_currency TEXT NOT NULL,
  approved_by       TEXT NOT NULL,
  approved_unix_ms  INTEGER NOT NULL,
  started_unix_ms   INTEGER NOT NULL,
  completed_unix_ms INTEGER NOT NULL,
  failure_code    TEXT NOT NULL,
  failure_reason  TEXT NOT NULL,
  prev_hash       TEXT                        -- reserved for a hash chain
) STRICT;
CREATE INDEX audit_entry_record ON audit_entry (record_id);
CREATE INDEX audit_entry_time ON audit_entry (at_unix_ms);
CREATE INDEX audit_entry_organization ON audit_entry (organization, at_unix_ms);
CREATE INDEX audit_entry_organization_status ON audit_entry (organization, status, at_unix_ms);
CREATE INDEX audit_entry_application ON audit_entry (application, at_unix_ms);
CREATE INDEX audit_entry_status ON audit_entry (status, at_unix_ms);
CREATE INDEX audit_entry_deployment ON audit_entry (deployment_id, at_unix_ms);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_entry
  BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_entry
  BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE VIEW audit_record AS
  SELECT entry.*,
         CASE WHEN started_unix_ms > 0 AND completed_unix_ms > 0
              THEN completed_unix_ms - started_unix_ms END AS duration_ms
  FROM audit_entry AS entry
  WHERE NOT EXISTS (SELECT 1 FROM audit_entry AS newer
                    WHERE newer.record_id = entry.record_id AND newer.seq > entry.seq);

-- migration 2
-- What a look is about: few, where thousands are ready.
CREATE INDEX attempt_unsettled ON attempt (account) WHERE status IN ('booting', 'destroying');
ALTER TABLE attempt ADD COLUMN stage_deadline_unix_ms INTEGER;
ALTER TABLE attempt ADD COLUMN stage_deadline_boot_ms INTEGER;
ALTER TABLE attempt ADD COLUMN stage_deadline_boot_id TEXT;

-- migration 3
-- Servers at a cloud that carry this installation's label and that no live attempt owns.
CREATE TABLE stray (
  id              TEXT NOT NULL PRIMARY KEY,  -- account/vendor id
  account         TEXT NOT NULL,
  vendor_id       TEXT NOT NULL,
  attempt_id      TEXT NOT NULL,              -- as its label says; '' = it has none
  organization    TEXT NOT NULL,
  name            TEXT NOT NULL,
  instance_type   TEXT NOT NULL,
  region          TEXT NOT NULL,
  code            TEXT NOT NULL,              -- why nobody owns it
  created_unix_ms INTEGER NOT NULL,           -- as the cloud says; 0 = it does not
  first_seen_unix_ms INTEGER,
  first_seen_boot_ms INTEGER,
  first_seen_boot_id TEXT,
  times_seen      INTEGER NOT NULL,
  monthly_nanos   INTEGER NOT NULL,           -- what it costs per month
  monthly_currency  TEXT NOT NULL,
  compared_nanos  INTEGER NOT NULL,           -- the same in the comparison currency
  compared_currency TEXT NOT NULL,
  reaper_id       TEXT NOT NULL               -- the attempt that destroys it; '' = not yet
) STRICT;
CREATE INDEX stray_reaper ON stray (reaper_id) WHERE reaper_id <> '';

-- The last look at an account for what nobody owns.
CREATE TABLE reap_pass (
  id            TEXT NOT NULL PRIMARY KEY,    -- the account
  passes        INTEGER NOT NULL,             -- how many there were
  ended_unix_ms INTEGER NOT NULL,
  outcome       TEXT NOT NULL,                -- done, partial, failed, paused
  sentence      TEXT NOT NULL,
  waits         INTEGER NOT NULL CHECK (waits IN (0, 1)),  -- something has to be seen once more
  confirmed_by  TEXT NOT NULL,                -- who said that the next one may act; '' = nobody
  confirmed_unix_ms INTEGER,
  confirmed_boot_ms INTEGER,
  confirmed_boot_id TEXT
) STRICT;

-- Both clocks when something was reaped last: when they part within one boot, one of them jumped.
CREATE TABLE clock_mark (
  one           INTEGER PRIMARY KEY CHECK (one = 1),
  unix_ms       INTEGER NOT NULL,
  boot_ms       INTEGER NOT NULL,
  boot_id       TEXT NOT NULL,
  paused        TEXT NOT NULL                 -- why nothing is reaped until a person says so, or ''
) STRICT;

-- Why a bought server takes no new deployments: it is destroyed when nothing runs there any more.
CREATE TABLE drain (
  id            TEXT NOT NULL PRIMARY KEY,    -- the server
  since_unix_ms INTEGER,
  since_boot_ms INTEGER,
  since_boot_id TEXT,
  code          TEXT NOT NULL,
  sentence      TEXT NOT NULL
) STRICT;

-- Servers on which nothing was held when they were looked at, and nothing has been since.
CREATE TABLE idle (
  server_id     TEXT NOT NULL PRIMARY KEY,
  since_unix_ms INTEGER NOT NULL,
  since_boot_ms INTEGER NOT NULL,
  since_boot_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER idle_ends AFTER INSERT ON hold
  BEGIN DELETE FROM idle WHERE server_id = NEW.server_id; END;
CREATE TRIGGER idle_begins_anew AFTER DELETE ON hold
  BEGIN DELETE FROM idle WHERE server_id = OLD.server_id; END;
CREATE TRIGGER idle_moves AFTER UPDATE OF server_id ON hold WHEN NEW.server_id <> OLD.server_id
  BEGIN DELETE FROM idle WHERE server_id IN (NEW.server_id, OLD.server_id); END;
CREATE INDEX deployment_server ON deployment (server_id) WHERE server_id <> '';

-- Everywhere a server was ever asked for, also where a failover went on to another place: a late
-- one can only be there.
CREATE TABLE asked_at (
  account       TEXT NOT NULL,
  region        TEXT NOT NULL,
  PRIMARY KEY (account, region)
) STRICT, WITHOUT ROWID;
INSERT INTO asked_at SELECT DISTINCT account, region FROM attempt;
CREATE TRIGGER asked_first AFTER INSERT ON attempt
  BEGIN INSERT INTO asked_at SELECT NEW.account, NEW.region WHERE NOT EXISTS
    (SELECT 1 FROM asked_at WHERE account = NEW.account AND region = NEW.region); END;
CREATE TRIGGER asked_next AFTER UPDATE OF account, region ON attempt
  WHEN NEW.account <> OLD.account OR NEW.region <> OLD.region
  BEGIN INSERT INTO asked_at SELECT NEW.account, NEW.region WHERE NOT EXISTS
    (SELECT 1 FROM asked_at WHERE account = NEW.account AND region = NEW.region); END;

-- migration 4
-- From when on a look that does not show a server is believed: by the clock since boot.
ALTER TABLE attempt ADD COLUMN absence_sure_unix_ms INTEGER;
ALTER TABLE attempt ADD COLUMN absence_sure_boot_ms INTEGER;
ALTER TABLE attempt ADD COLUMN absence_sure_boot_id TEXT;

-- migration 5
-- Accounts that were added at run time. What is secret in them is sealed, with a key that is kept
-- elsewhere.
CREATE TABLE account (
  id            TEXT NOT NULL PRIMARY KEY,    -- organization.name: no account of a config has a dot
  revision      INTEGER NOT NULL,             -- the highest of all where a row was changed last
  organization  TEXT NOT NULL,
  plugin        TEXT NOT NULL,
  status        TEXT NOT NULL,                -- active, unchecked, inactive, denied, removed
  default_region TEXT NOT NULL,
  regions       TEXT NOT NULL,                -- a JSON array
  image         TEXT NOT NULL,
  ssh_user      TEXT NOT NULL,
  ssh_port      INTEGER NOT NULL,
  ssh_public_keys TEXT NOT NULL,              -- a JSON array
  settings_json TEXT NOT NULL,                -- the plugin's, without the secrets
  secret_keys   TEXT NOT NULL,                -- a JSON array: the names of those
  sealed        TEXT NOT NULL,                -- their values; '' where the account was removed
  key_id        TEXT NOT NULL,                -- which key opens it
  created_unix_ms INTEGER NOT NULL,
  created_by    TEXT NOT NULL,
  updated_unix_ms INTEGER NOT NULL,
  updated_by    TEXT NOT NULL,
  validated_unix_ms INTEGER NOT NULL,
  validation    TEXT NOT NULL,                -- ok, or the code of what failed; '' = not yet
  validation_sentence TEXT NOT NULL,
  vendor_account TEXT NOT NULL                -- the vendor's name of it; '' = it did not say
) STRICT;
CREATE UNIQUE INDEX account_revision ON account (revision);

-- migration 6
-- Projects and their stacks. Their secrets are sealed, as those of accounts are.
CREATE TABLE project (
  id            TEXT NOT NULL PRIMARY KEY,    -- the slug: its folder's name
  organization  TEXT NOT NULL,
  title         TEXT NOT NULL,                -- as its user wrote it
  revision      INTEGER NOT NULL,             -- one more with every change
  provisioner   TEXT NOT NULL,                -- which made its plan; '' = no stack was saved yet
  backend       TEXT NOT NULL,
  database      TEXT NOT NULL,
  frontend      TEXT NOT NULL,
  css           TEXT NOT NULL,
  template_name    TEXT NOT NULL,             -- of what was rendered, or tried, last
  template_version TEXT NOT NULL,
  millicores    INTEGER NOT NULL,
  memory_mib    INTEGER NOT NULL,
  disk_mib      INTEGER NOT NULL,
  health_path   TEXT NOT NULL,
  ports_json    TEXT NOT NULL,                -- {"application": 8080}: nobody else gets them
  facts_json    TEXT NOT NULL,                -- {"database": "shop"}: what of its credentials is no secret
  next_steps    TEXT NOT NULL,                -- a JSON array
  setup         TEXT NOT NULL,                -- a JSON array: the command that starts it
  sealed        TEXT NOT NULL,                -- its secrets; '' = it has none yet
  key_id        TEXT NOT NULL,
  outcome       TEXT NOT NULL,                -- none, pending, provisioned, failed
  failure_code  TEXT NOT NULL,
  failure       TEXT NOT NULL,
  retryable     INTEGER NOT NULL CHECK (retryable IN (0, 1)),
  setup_outcome TEXT NOT NULL,                -- '' = never started here; done, or why not
  setup_tail    TEXT NOT NULL,
  created_unix_ms INTEGER NOT NULL,
  created_by    TEXT NOT NULL,
  saved_unix_ms INTEGER NOT NULL,
  provisioned_unix_ms INTEGER NOT NULL,
  updated_unix_ms INTEGER NOT NULL,
  updated_by    TEXT NOT NULL
) STRICT;
-- What is deployed, where it is a project's folder.
ALTER TABLE deployment ADD COLUMN project TEXT NOT NULL DEFAULT '';

-- migration 7
-- What a deployment may cost without being asked about anew, what clouds refused it, and what it
-- waits for.
ALTER TABLE deployment ADD COLUMN refusals TEXT NOT NULL DEFAULT '[]';     -- a JSON array
ALTER TABLE deployment ADD COLUMN last_refusal TEXT NOT NULL DEFAULT '';
ALTER TABLE deployment ADD COLUMN first_estimate_nanos INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment ADD COLUMN first_estimate_currency TEXT NOT NULL DEFAULT '';
ALTER TABLE deployment ADD COLUMN waits_code TEXT NOT NULL DEFAULT '';     -- '' = it waits for nothing
ALTER TABLE deployment ADD COLUMN waits_sentence TEXT NOT NULL DEFAULT '';
ALTER TABLE deployment ADD COLUMN waits_passing INTEGER NOT NULL DEFAULT 0 CHECK (waits_passing IN (0, 1));
ALTER TABLE deployment ADD COLUMN waits_looks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment ADD COLUMN waits_since_unix_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment ADD COLUMN waits_until_unix_ms INTEGER;
ALTER TABLE deployment ADD COLUMN waits_until_boot_ms INTEGER;
ALTER TABLE deployment ADD COLUMN waits_until_boot_id TEXT;
-- Whose offers were missing when it was decided.
ALTER TABLE audit_entry ADD COLUMN note TEXT NOT NULL DEFAULT '';
-- What is under way of an application that was deployed thousands of times.
CREATE INDEX deployment_application_status
  ON deployment (application, organization, status, created_unix_ms);
-- Which of all copies of this ledger this one is. `generation` grows with each purchase and each
-- placement; what stands beside the folder and in the clouds' labels tells a ledger that went back.
CREATE TABLE identity (
  one        INTEGER PRIMARY KEY CHECK (one = 1),
  name       TEXT NOT NULL,                   -- in the labels of what this copy buys
  place      TEXT NOT NULL,                   -- device, inode, machine; or [berth] instance
  folder     TEXT NOT NULL,                   -- its path when it was used last, for people
  generation INTEGER NOT NULL,
  paused     TEXT NOT NULL,                   -- why nothing is destroyed until a person says so, or ''
  told       INTEGER NOT NULL CHECK (told IN (0, 1)),
  backup_unix_ms INTEGER NOT NULL             -- this file is a backup of then; 0 = it is in use
) STRICT;
INSERT INTO identity VALUES (1, '', '', '', 0, '', 0, 0);
CREATE TRIGGER generation_of_attempts AFTER INSERT ON attempt
  BEGIN UPDATE identity SET generation = generation + 1 WHERE one = 1; END;
CREATE TRIGGER generation_of_holds AFTER INSERT ON hold
  BEGIN UPDATE identity SET generation = generation + 1 WHERE one = 1; END;
-- Which copy of the ledger asked for it, and when: "name-generation", as its label says.
ALTER TABLE attempt ADD COLUMN mark TEXT NOT NULL DEFAULT '';

-- What became of the destroys of an attempt's server: asked at least once; answered that it is
-- done; refused so often in a row, and why the last one did not go well.
ALTER TABLE attempt ADD COLUMN destroy_asked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN destroy_answered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN destroy_refusals INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN destroy_problem TEXT NOT NULL DEFAULT '';

-- migration 8
-- What became of a purchase is forgotten by a ledger that goes back, too.
CREATE TRIGGER generation_of_steps AFTER UPDATE OF status ON attempt WHEN NEW.status <> OLD.status
  BEGIN UPDATE identity SET generation = generation + 1 WHERE one = 1; END;
-- By which config a server was asked for: a hash of all that was read. '': nobody knows.
ALTER TABLE attempt ADD COLUMN config TEXT NOT NULL DEFAULT '';
-- The config that each process works by, beside the owner that it is known by.
CREATE TABLE process_config (
  owner         TEXT NOT NULL PRIMARY KEY,
  config        TEXT NOT NULL,
  file          TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- Organizations and accounts that left the config: people hear of each again only when what it has
-- is not what it was.
CREATE TABLE told (
  subject       TEXT NOT NULL PRIMARY KEY,   -- 'organization acme', 'account hetzner-main'
  what          TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Room that is being given back: it is taken until the release command has succeeded.
ALTER TABLE hold ADD COLUMN releasing TEXT NOT NULL DEFAULT '';  -- why; '' = it is not
ALTER TABLE hold ADD COLUMN releasing_by TEXT NOT NULL DEFAULT '';
ALTER TABLE hold ADD COLUMN releasing_by_uid INTEGER NOT NULL DEFAULT -1;
ALTER TABLE hold ADD COLUMN releasing_since_unix_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hold ADD COLUMN release_sentence TEXT NOT NULL DEFAULT '';  -- what is told at its end
ALTER TABLE hold ADD COLUMN release_tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hold ADD COLUMN release_problem TEXT NOT NULL DEFAULT '';
ALTER TABLE hold ADD COLUMN command_pid INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hold ADD COLUMN command_start_ticks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hold ADD COLUMN command_boot_id TEXT NOT NULL DEFAULT '';
ALTER TABLE hold ADD COLUMN command_exit INTEGER NOT NULL DEFAULT -1;
ALTER TABLE hold ADD COLUMN command_tail TEXT NOT NULL DEFAULT '';
CREATE INDEX hold_releasing ON hold (release_tries) WHERE releasing <> '';
-- Looks at an account in a row, by whoever waits for servers there, that saw only a part.
ALTER TABLE reap_pass ADD COLUMN partial_looks INTEGER NOT NULL DEFAULT 0;
