-- The payment registry: sessions, what was acknowledged, and the money it became. Owner: the registry files of src/headend/stores/.
CREATE TABLE licences (
  licence TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  work TEXT NOT NULL,
  model_hash TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE pay_sessions (
  sid TEXT PRIMARY KEY,
  play_id TEXT NOT NULL UNIQUE,
  outlet TEXT NOT NULL REFERENCES outlets,
  account TEXT NOT NULL,
  work TEXT NOT NULL,
  terms TEXT NOT NULL,
  terms_hash TEXT NOT NULL,
  signature TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('offered', 'streaming', 'closed', 'abandoned')),
  lost_paid INTEGER NOT NULL,
  next_sequence INTEGER NOT NULL,
  paid_through_packet_index INTEGER NOT NULL,
  confirm_event_id TEXT,
  receipt_bytes BLOB,
  receipt_signature BLOB,
  receipt_ack_counter INTEGER,
  receipt_epoch INTEGER,
  opened_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX pay_sessions_open ON pay_sessions (outlet) WHERE state IN ('offered', 'streaming');
CREATE INDEX pay_sessions_by_work ON pay_sessions (work) WHERE state IN ('offered', 'streaming');
CREATE INDEX pay_sessions_by_time ON pay_sessions (opened_at_ms);

-- The ephemeral keys of each epoch: evidence of which exchange was in force when. The private halves were never stored.
CREATE TABLE session_epochs (
  sid TEXT NOT NULL REFERENCES pay_sessions,
  epoch INTEGER NOT NULL,
  device_ephemeral TEXT NOT NULL,
  headend_ephemeral TEXT NOT NULL,
  PRIMARY KEY (sid, epoch)
) STRICT, WITHOUT ROWID;

-- Cumulative, each (node, class) merged by its own maximum. `mac`: acknowledged under MAC; `signed`: covered by a durable receipt.
CREATE TABLE session_counts (
  sid TEXT NOT NULL REFERENCES pay_sessions,
  proof TEXT NOT NULL CHECK (proof IN ('mac', 'signed')),
  node INTEGER NOT NULL,
  class TEXT NOT NULL,
  packets INTEGER NOT NULL,
  PRIMARY KEY (sid, proof, node, class)
) STRICT, WITHOUT ROWID;

-- "Debit the left, credit the right" (src/domain/ledger). Never changed, never deleted.
CREATE TABLE ledger_transfers (
  number INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  debit TEXT NOT NULL,
  credit TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  currency TEXT NOT NULL,
  party TEXT,
  play_id TEXT,
  reason TEXT NOT NULL,
  posted_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX ledger_transfers_by_play ON ledger_transfers (play_id);
CREATE TRIGGER ledger_transfers_stay BEFORE UPDATE ON ledger_transfers BEGIN SELECT raise(ABORT, 'a posted transfer is never changed'); END;
CREATE TRIGGER ledger_transfers_remain BEFORE DELETE ON ledger_transfers BEGIN SELECT raise(ABORT, 'a posted transfer is never deleted'); END;

-- One per PaySession. `basis` says whose word it rests on: the closing statement, or the last receipt of an abandoned session.
CREATE TABLE bills (
  number INTEGER PRIMARY KEY,
  sid TEXT NOT NULL UNIQUE REFERENCES pay_sessions,
  play_id TEXT NOT NULL UNIQUE,
  outlet TEXT NOT NULL,
  account TEXT NOT NULL,
  work TEXT NOT NULL,
  currency TEXT NOT NULL,
  quote_minor INTEGER NOT NULL,
  charged_minor INTEGER NOT NULL,
  paid_packets INTEGER NOT NULL,
  unheard_packets INTEGER NOT NULL,
  lost_packets INTEGER NOT NULL,
  heard_ms INTEGER NOT NULL,
  end_reason TEXT NOT NULL,
  basis TEXT NOT NULL CHECK (basis IN ('statement', 'receipt')),
  statement TEXT,
  signature TEXT,
  billed_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX bills_by_outlet ON bills (outlet);

CREATE TABLE used_nonces (nonce TEXT PRIMARY KEY, expires_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX used_nonces_by_expiry ON used_nonces (expires_at_ms);
