-- Owner: device/stores/play-rows.ts.
CREATE TABLE plays (
  play_id TEXT PRIMARY KEY,
  work_id TEXT NOT NULL,
  title TEXT NOT NULL,
  artist TEXT NOT NULL,
  payer_id TEXT,
  quote_minor INTEGER NOT NULL,
  held_minor INTEGER NOT NULL DEFAULT 0,
  currency TEXT NOT NULL,
  state TEXT NOT NULL,
  confirm_event_id TEXT,
  funding_source TEXT NOT NULL,
  funds TEXT NOT NULL,
  charged_minor INTEGER,
  refund_minor INTEGER,
  refunded_to TEXT,
  claim_code TEXT,
  end_reason TEXT,
  heard_ms INTEGER NOT NULL DEFAULT 0,
  settle_sequence INTEGER,
  created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX plays_open ON plays (state) WHERE state NOT IN ('settled', 'declined');
CREATE INDEX plays_on_account ON plays (settle_sequence) WHERE funding_source = 'account';

CREATE TABLE trials (
  quota_key TEXT NOT NULL,
  work_id TEXT NOT NULL,
  play_id TEXT NOT NULL,
  PRIMARY KEY (quota_key, work_id, play_id)
) STRICT, WITHOUT ROWID;

-- Owner: device/stores/receipt-rows.ts. What the customer was told, word for word.
CREATE TABLE customer_receipts (
  id INTEGER PRIMARY KEY,
  play_id TEXT NOT NULL UNIQUE,
  paid INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

-- Owner: device/stores/queue-rows.ts. Waiting plays; their money is held.
CREATE TABLE queue_entries (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  entry_id TEXT NOT NULL UNIQUE,
  play_id TEXT NOT NULL UNIQUE REFERENCES plays (play_id)
) STRICT;
