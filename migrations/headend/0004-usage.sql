-- What the boxes report (rulings 30, 31, 35). Owner: src/headend/stores/usage-rows.ts, command-rows.ts.
CREATE TABLE usage_records (
  outlet TEXT NOT NULL,
  generation TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  boot_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  monotonic_ns TEXT NOT NULL,
  wall_ms REAL NOT NULL,
  wall_quality TEXT NOT NULL,
  body TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  received_at_ms INTEGER NOT NULL,
  PRIMARY KEY (outlet, generation, sequence)
) STRICT, WITHOUT ROWID;

-- How far each store generation of each outlet is delivered: gapless, so one number says it.
CREATE TABLE usage_progress (
  outlet TEXT NOT NULL,
  generation TEXT NOT NULL,
  delivered_through INTEGER NOT NULL,
  records INTEGER NOT NULL,
  usage_records INTEGER NOT NULL,
  -- Highest sequence ever seen: above delivered_through it shows what is missing.
  highest_seen INTEGER NOT NULL,
  first_received_at_ms INTEGER NOT NULL,
  PRIMARY KEY (outlet, generation)
) STRICT, WITHOUT ROWID;

-- Payloads that could not be taken as they are. They count as delivered and never block the rest; a person looks at them.
CREATE TABLE quarantined_records (
  outlet TEXT NOT NULL,
  generation TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  payload_hash TEXT NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  record TEXT NOT NULL,
  received_at_ms INTEGER NOT NULL,
  PRIMARY KEY (outlet, generation, sequence, payload_hash)
) STRICT;

CREATE TABLE outlet_status (outlet TEXT PRIMARY KEY, status TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- One row per accepted record and per settlement, in commit order: what later streams are fed from (ruling 31).
-- What a row points to: a record by (outlet, generation, sequence); a bill by (sid, basis, charged minor units).
CREATE TABLE headend_outbox (
  number INTEGER PRIMARY KEY,
  topic TEXT NOT NULL CHECK (topic IN ('record', 'bill')),
  source TEXT NOT NULL,
  generation TEXT NOT NULL,
  position INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  UNIQUE (topic, source, generation, position)
) STRICT;

CREATE TABLE commands (
  command TEXT PRIMARY KEY,
  outlet TEXT NOT NULL REFERENCES outlets,
  line TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  done INTEGER NOT NULL DEFAULT 0,
  result_code TEXT,
  result_text TEXT
) STRICT;
CREATE INDEX commands_open ON commands (outlet) WHERE done = 0;
