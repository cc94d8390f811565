-- Titles that were checked out (document 002, R-1; document 003, Fig. 9). Owner: src/headend/stores/checkout-rows.ts.
CREATE TABLE checkouts (
  licence TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts,
  resource TEXT NOT NULL,
  resource_kind TEXT NOT NULL CHECK (resource_kind IN ('work', 'software')),
  model_hash TEXT NOT NULL,
  -- Expiry is reached, never written: an active licence whose end has passed is expired.
  status TEXT NOT NULL CHECK (status IN ('ready', 'active', 'revoked', 'returned', 'cancelled')),
  start_ms INTEGER NOT NULL,
  end_ms INTEGER,
  period_ms INTEGER,
  latest_end_ms INTEGER,
  licence_changed_at_ms INTEGER NOT NULL,
  status_changed_at_ms INTEGER NOT NULL
) STRICT;
-- One licence per user and resource at a time.
CREATE UNIQUE INDEX checkouts_alive ON checkouts (account, resource) WHERE status IN ('ready', 'active');
CREATE INDEX checkouts_by_account ON checkouts (account, start_ms);

CREATE TABLE checkout_events (
  licence TEXT NOT NULL REFERENCES checkouts,
  number INTEGER NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('register', 'renew', 'return', 'revoke', 'cancel')),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (licence, number)
) STRICT, WITHOUT ROWID;

-- What came back with a return: usage characteristics, what became of the content, the copies that the box knows of.
CREATE TABLE checkout_returns (
  licence TEXT PRIMARY KEY REFERENCES checkouts,
  statement TEXT NOT NULL,
  returned_at_ms INTEGER NOT NULL
) STRICT;
