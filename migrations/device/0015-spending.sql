-- Owner: device/stores/spending-rows.ts. What may be spent in a day: by somebody (`viewer_id`), by `guest`, by the whole `account`.
CREATE TABLE spending_caps (
  who TEXT PRIMARY KEY,
  cap_minor INTEGER NOT NULL CHECK (cap_minor >= 0)
) STRICT, WITHOUT ROWID;

-- Whose a play is, on which day of the clock on the wall it was bought, and what it may cost at most; `viewer_id` null: a guest.
CREATE TABLE spendings (
  play_id TEXT PRIMARY KEY,
  viewer_id TEXT,
  day INTEGER NOT NULL,
  ceiling_minor INTEGER NOT NULL,
  by_the_minute INTEGER NOT NULL CHECK (by_the_minute IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX spendings_by_day ON spendings (day);
