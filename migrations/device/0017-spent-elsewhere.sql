-- Owner: device/stores/spending-rows.ts. What the headend said last of a day: spent at other boxes of the account, and by fees.
CREATE TABLE spent_elsewhere (
  who TEXT PRIMARY KEY,
  day INTEGER NOT NULL,
  spent_minor INTEGER NOT NULL CHECK (spent_minor >= 0)
) STRICT, WITHOUT ROWID;
