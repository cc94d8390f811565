-- Owner: src/headend/stores/unknown-play-rows.ts. Closing statements of plays that this headend never agreed to (it was restored from a backup
-- older than they are), which a person billed as the box had signed them.
CREATE TABLE settled_statements (
  play_id TEXT PRIMARY KEY,
  sid TEXT NOT NULL UNIQUE,
  outlet TEXT NOT NULL,
  account TEXT NOT NULL,
  -- As the other records of the play name it; empty where none does.
  work TEXT NOT NULL,
  currency TEXT NOT NULL,
  quote_minor INTEGER NOT NULL,
  charged_minor INTEGER NOT NULL CHECK (charged_minor >= 0),
  heard_ms INTEGER NOT NULL,
  end_reason TEXT NOT NULL,
  statement TEXT NOT NULL,
  signature TEXT NOT NULL,
  posted_at_ms INTEGER NOT NULL
) STRICT;

DROP VIEW billed_plays;
CREATE VIEW billed_plays AS
  SELECT play_id, outlet, account, work, currency, quote_minor, charged_minor, heard_ms, end_reason, billed_at_ms FROM bills
  UNION ALL
  SELECT play_id, outlet, account, work, currency, quote_minor, charged_minor, heard_ms, end_reason, posted_at_ms FROM loan_uses
  UNION ALL
  SELECT play_id, outlet, account, work, currency, quote_minor, charged_minor, heard_ms, end_reason, posted_at_ms FROM settled_statements;
