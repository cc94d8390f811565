-- Owner: src/headend/stores/alert-rows.ts. What somebody is to be told, once, and whether it was.
CREATE TABLE alerts (
  key TEXT PRIMARY KEY,
  outlet TEXT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  urgent INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  told_at_ms INTEGER,
  tries INTEGER NOT NULL DEFAULT 0,
  tried_at_ms INTEGER NOT NULL DEFAULT 0,
  problem TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX alerts_untold ON alerts (at_ms) WHERE told_at_ms IS NULL;
