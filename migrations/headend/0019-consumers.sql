-- One consumer's data can be taken out, and data is not kept for ever. Owner of usage_records: src/headend/stores/usage-rows.ts.
-- Set where a pseudonym was taken out of the stored body; the hash is still that of the body as it was delivered.
ALTER TABLE usage_records ADD COLUMN redacted_at_ms INTEGER;

-- Owner: src/headend/stores/consumer-rows.ts. Who was erased, as a hash: what boxes still bring of before that loses its pseudonym too.
CREATE TABLE consumer_erasures (consumer_hash TEXT PRIMARY KEY, erased_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Owner: src/headend/stores/retention-rows.ts. How far each source was looked through for records over their time, and how many went.
CREATE TABLE usage_retention (
  outlet TEXT NOT NULL,
  generation TEXT NOT NULL,
  class TEXT NOT NULL,
  through_sequence INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  PRIMARY KEY (outlet, generation, class)
) STRICT, WITHOUT ROWID;
CREATE TABLE retention_counts (class TEXT PRIMARY KEY, deleted INTEGER NOT NULL) STRICT, WITHOUT ROWID;
