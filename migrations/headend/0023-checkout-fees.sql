-- What a checkout and each renewal cost. Owner of `checkouts`: src/headend/stores/checkout-rows.ts.
ALTER TABLE checkouts ADD COLUMN fee_minor INTEGER NOT NULL DEFAULT 0 CHECK (fee_minor >= 0);

-- A line is about a licence of the rater, or about a work that was checked out. Owner: src/headend/stores/account-line-rows.ts.
CREATE TABLE account_lines_of_both (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  outlet TEXT NOT NULL REFERENCES outlets,
  -- Of the transfer that it tells of.
  key TEXT NOT NULL UNIQUE,
  licence INTEGER REFERENCES pricing_licences,
  work TEXT REFERENCES works,
  -- Negative: given back.
  amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0),
  currency TEXT NOT NULL,
  posted_at_ms INTEGER NOT NULL,
  CHECK ((licence IS NULL) <> (work IS NULL))
) STRICT;
INSERT INTO account_lines_of_both (number, outlet, key, licence, amount_minor, currency, posted_at_ms)
  SELECT number, outlet, key, licence, amount_minor, currency, posted_at_ms FROM account_lines;
DROP TABLE account_lines;
ALTER TABLE account_lines_of_both RENAME TO account_lines;
CREATE INDEX account_lines_by_outlet ON account_lines (outlet, number);
CREATE TRIGGER account_lines_stay BEFORE UPDATE ON account_lines BEGIN SELECT raise(ABORT, 'a line is never changed'); END;
CREATE TRIGGER account_lines_remain BEFORE DELETE ON account_lines BEGIN SELECT raise(ABORT, 'a line is never deleted'); END;
