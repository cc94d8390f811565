-- Owner: device/stores/ledger-rows.ts. Transfers are the truth; balances are their running sums, checked at every start.
CREATE TABLE ledger_transfers (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  debit TEXT NOT NULL,
  credit TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  currency TEXT NOT NULL,
  party TEXT,
  play_id TEXT,
  reason TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;

-- `party` is the payer for patron-credit and held, and empty for accounts that are kept for the whole box.
CREATE TABLE ledger_balances (
  account TEXT NOT NULL,
  party TEXT NOT NULL,
  debit_minor INTEGER NOT NULL DEFAULT 0,
  credit_minor INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account, party)
) STRICT, WITHOUT ROWID;

-- One row a coin: its key is the absolute counter of its source, so that it can be told twice and counts once.
CREATE TABLE coins (
  source TEXT NOT NULL,
  counter_epoch INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  value_minor INTEGER NOT NULL,
  payer_id TEXT NOT NULL,
  PRIMARY KEY (source, counter_epoch, counter)
) STRICT, WITHOUT ROWID;
