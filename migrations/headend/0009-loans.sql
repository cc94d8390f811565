-- Titles that were checked out and downloaded (rulings 9 and 12). Owner: src/headend/stores/loan-rows.ts, but for `checkouts`.
-- What a licence allows (document 002, R-1 to R-5). Owner of `checkouts`: src/headend/stores/checkout-rows.ts.
ALTER TABLE checkouts ADD COLUMN rights TEXT NOT NULL
  DEFAULT '{"mode":"intermittent","pulseMs":null,"unlock":"lease","protection":"aes-gcm-segments"}';

-- How a work is lent, where the operator said so.
CREATE TABLE lending_rules (
  work TEXT PRIMARY KEY REFERENCES works,
  rule TEXT NOT NULL
) STRICT;

-- Keys are leased from one secret a licence; it ends with the licence.
CREATE TABLE loan_keys (
  licence TEXT PRIMARY KEY REFERENCES checkouts,
  secret BLOB NOT NULL,
  number INTEGER NOT NULL,
  pulsed_at_ms INTEGER NOT NULL
) STRICT;

-- Every text that was signed: a use names the one it was sold under.
CREATE TABLE loan_terms (
  terms_hash TEXT PRIMARY KEY,
  licence TEXT NOT NULL REFERENCES checkouts,
  outlet TEXT NOT NULL,
  terms TEXT NOT NULL,
  signature TEXT NOT NULL,
  issued_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX loan_terms_by_licence ON loan_terms (licence, outlet, issued_at_ms);

-- Uses without a PaySession, posted once: by (device, store generation, sequence).
CREATE TABLE loan_uses (
  outlet TEXT NOT NULL,
  generation TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  play_id TEXT NOT NULL UNIQUE,
  licence TEXT NOT NULL REFERENCES checkouts,
  terms_hash TEXT NOT NULL REFERENCES loan_terms,
  account TEXT NOT NULL,
  work TEXT NOT NULL,
  currency TEXT NOT NULL,
  quote_minor INTEGER NOT NULL,
  charged_minor INTEGER NOT NULL,
  paid_packets INTEGER NOT NULL,
  heard_ms INTEGER NOT NULL,
  end_reason TEXT NOT NULL,
  statement TEXT NOT NULL,
  signature TEXT NOT NULL,
  posted_at_ms INTEGER NOT NULL,
  PRIMARY KEY (outlet, generation, sequence)
) STRICT;

-- Segments that came back whole, checked against the work (document 003, claim 7).
CREATE TABLE loan_returned_segments (
  licence TEXT NOT NULL REFERENCES checkouts,
  number INTEGER NOT NULL,
  PRIMARY KEY (licence, number)
) STRICT, WITHOUT ROWID;

-- What was billed, whether a session or a use of a loan brought it about.
CREATE VIEW billed_plays AS
  SELECT play_id, outlet, account, work, currency, quote_minor, charged_minor, heard_ms, end_reason, billed_at_ms FROM bills
  UNION ALL
  SELECT play_id, outlet, account, work, currency, quote_minor, charged_minor, heard_ms, end_reason, posted_at_ms FROM loan_uses;
