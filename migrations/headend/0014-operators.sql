-- Owner: src/headend/stores/operator-account-rows.ts. Who may sign in at the pages: a scrypt hash, a TOTP secret, and what failed.
CREATE TABLE operator_accounts (
  name TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  password TEXT NOT NULL,
  totp_secret BLOB NOT NULL,
  last_step INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  locked_until_ms INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Owner: src/headend/stores/operator-account-rows.ts. What operators did; never changed.
CREATE TABLE operator_actions (
  id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  who TEXT NOT NULL,
  role TEXT NOT NULL,
  action TEXT NOT NULL,
  about TEXT NOT NULL,
  outcome TEXT NOT NULL
) STRICT;

-- Owner: src/headend/stores/operator-report-rows.ts. Collections that somebody looked at and settled, by the audit record of the box.
CREATE TABLE collection_settlements (
  outlet TEXT NOT NULL,
  generation TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  settled_by TEXT NOT NULL,
  note TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (outlet, generation, sequence)
) STRICT, WITHOUT ROWID;

-- Owner: src/headend/stores/usage-rows.ts. Pages sum money up and look for faults: both are few among many records.
CREATE INDEX usage_records_cash ON usage_records (wall_ms) WHERE kind = 'cash';
CREATE INDEX usage_records_faults ON usage_records (outlet, received_at_ms) WHERE kind = 'fault';
CREATE INDEX usage_records_audit ON usage_records (received_at_ms) WHERE kind = 'audit';
