-- Owner: device/stores/outbox-rows.ts. Everything that leaves the box, in one gapless sequence (ruling 30).
CREATE TABLE outbox (
  sequence INTEGER PRIMARY KEY,
  boot_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('usage', 'cash', 'receipt', 'audit', 'fault')),
  monotonic_ns TEXT NOT NULL,
  wall_ms INTEGER NOT NULL,
  wall_quality TEXT NOT NULL,
  body TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  acked_at_ms INTEGER
) STRICT;

CREATE TABLE outbox_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  generation TEXT NOT NULL,
  written INTEGER NOT NULL,
  usage_written INTEGER NOT NULL,
  acknowledged_through INTEGER NOT NULL,
  usage_acknowledged INTEGER NOT NULL,
  quarantined INTEGER NOT NULL,
  highest_wall_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE outbox_conflicts (
  sequence INTEGER PRIMARY KEY,
  noted_at_ms INTEGER NOT NULL
) STRICT;
