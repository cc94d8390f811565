-- What can be played, and what it costs (rulings 7, 8, 11). Owner: src/headend/stores/catalogue-rows.ts and pricing-rows.ts.
CREATE TABLE works (
  work TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  artist TEXT NOT NULL,
  album TEXT NOT NULL,
  genre TEXT NOT NULL,
  year INTEGER,
  duration_ms INTEGER NOT NULL,
  channels INTEGER NOT NULL,
  pre_skip INTEGER NOT NULL,
  total_samples INTEGER NOT NULL,
  packets INTEGER NOT NULL,
  gain_db REAL NOT NULL,
  integrated_lufs REAL,
  price_minor INTEGER NOT NULL,
  currency TEXT NOT NULL,
  free INTEGER NOT NULL CHECK (free IN (0, 1)),
  cover TEXT,
  source_name TEXT NOT NULL,
  retired INTEGER NOT NULL CHECK (retired IN (0, 1))
) STRICT;

CREATE TABLE work_segments (
  work TEXT NOT NULL REFERENCES works,
  position INTEGER NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (work, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX work_segments_by_hash ON work_segments (hash);

-- What the ingest made of each file, to resume or to skip.
CREATE TABLE sources (
  source_key TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  work TEXT,
  reason TEXT
) STRICT;
CREATE INDEX sources_by_work ON sources (work);

CREATE TABLE pricing_models (
  hash TEXT PRIMARY KEY,
  model TEXT NOT NULL,
  vendor TEXT NOT NULL,
  definition TEXT NOT NULL
) STRICT;
CREATE TABLE pricing_nodes (
  node TEXT PRIMARY KEY,
  parent TEXT REFERENCES pricing_nodes,
  kind TEXT NOT NULL,
  model_hash TEXT NOT NULL
) STRICT;
