-- What usage records became (document 003, [0036]-[0038]). Owner: src/headend/stores/usage-processing-rows.ts.
-- How far each store generation is processed: everything up to here is in the rows below.
CREATE TABLE usage_processing (
  outlet TEXT NOT NULL,
  generation TEXT NOT NULL,
  through_sequence INTEGER NOT NULL,
  -- The last usage record up to there: the next one says how long its domains lasted.
  last_usage INTEGER,
  PRIMARY KEY (outlet, generation)
) STRICT, WITHOUT ROWID;

-- Each occurrence of a domain and the time that it remained active.
CREATE TABLE domain_occurrences (
  outlet TEXT NOT NULL,
  generation TEXT NOT NULL,
  domain TEXT NOT NULL,
  first_sequence INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  account TEXT NOT NULL,
  -- Empty where nobody identified himself.
  consumer TEXT NOT NULL,
  title_domain TEXT NOT NULL,
  start_ms INTEGER NOT NULL,
  used_ms INTEGER NOT NULL,
  ended INTEGER NOT NULL CHECK (ended IN (0, 1)),
  PRIMARY KEY (outlet, generation, domain, first_sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX domain_occurrences_by_start ON domain_occurrences (start_ms);
CREATE INDEX domain_occurrences_open ON domain_occurrences (outlet, generation) WHERE ended = 0;

-- Usage characteristics accumulated over sessions (claims 2 and 3).
CREATE TABLE usage_profiles (
  account TEXT NOT NULL,
  consumer TEXT NOT NULL,
  domain TEXT NOT NULL,
  used_ms INTEGER NOT NULL,
  occurrences INTEGER NOT NULL,
  first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  PRIMARY KEY (account, consumer, domain)
) STRICT, WITHOUT ROWID;

-- What became of the records, counted: `posted`, or why a record added no time. Together they are all records.
CREATE TABLE usage_reasons (
  outlet TEXT NOT NULL,
  generation TEXT NOT NULL,
  reason TEXT NOT NULL,
  records INTEGER NOT NULL,
  PRIMARY KEY (outlet, generation, reason)
) STRICT, WITHOUT ROWID;

-- Names that others have for a work, such as its ISRC.
CREATE TABLE work_identifiers (
  work TEXT NOT NULL,
  scheme TEXT NOT NULL CHECK (scheme IN ('isrc')),
  value TEXT NOT NULL,
  PRIMARY KEY (work, scheme)
) STRICT, WITHOUT ROWID;
