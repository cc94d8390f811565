-- Owner: device/stores/grant-rows.ts. Who of the staff gave credit away, and why; the money is the ledger line of the same key.
CREATE TABLE staff_grants (
  key TEXT PRIMARY KEY,
  by_whom TEXT NOT NULL,
  reason TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  day INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_grants_of_day ON staff_grants (by_whom, day);

-- Owner: device/stores/book-cash.ts. What one guest has put in decides about his bonus.
CREATE INDEX coins_by_payer ON coins (payer_id);
