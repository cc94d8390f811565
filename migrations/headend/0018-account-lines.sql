-- What a box must post beside its plays, so that its ledger says what ours says: cycles, discounts, quotes that a replay undercut.
-- Owner: src/headend/stores/account-line-rows.ts.
CREATE TABLE account_lines (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  outlet TEXT NOT NULL REFERENCES outlets,
  -- Of the transfer that it tells of.
  key TEXT NOT NULL UNIQUE,
  licence INTEGER NOT NULL REFERENCES pricing_licences,
  -- Negative: given back.
  amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0),
  currency TEXT NOT NULL,
  posted_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX account_lines_by_outlet ON account_lines (outlet, number);
CREATE TRIGGER account_lines_stay BEFORE UPDATE ON account_lines BEGIN SELECT raise(ABORT, 'a line is never changed'); END;
CREATE TRIGGER account_lines_remain BEFORE DELETE ON account_lines BEGIN SELECT raise(ABORT, 'a line is never deleted'); END;
