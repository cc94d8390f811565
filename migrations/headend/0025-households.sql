-- What a household agreed on, over all of its boxes. Owner: src/headend/stores/household-rows.ts.
-- Who has a name at which box; PINs stay there.
CREATE TABLE household_people (
  outlet TEXT NOT NULL REFERENCES outlets,
  consumer TEXT NOT NULL REFERENCES consumers ON DELETE CASCADE,
  locked INTEGER NOT NULL CHECK (locked IN (0, 1)),
  below_age INTEGER CHECK (below_age BETWEEN 1 AND 21),
  PRIMARY KEY (outlet, consumer)
) STRICT, WITHOUT ROWID;

-- What may be spent in a day: by the whole `account`, by a `guest`, by a consumer.
CREATE TABLE household_caps (
  account TEXT NOT NULL REFERENCES accounts,
  who TEXT NOT NULL,
  cap_minor INTEGER NOT NULL CHECK (cap_minor >= 0),
  PRIMARY KEY (account, who)
) STRICT, WITHOUT ROWID;

-- What was set aside of it, on a day of the household's calendar: by session for a play, whose bill says what it came to; by its own key for a
-- fee. `consumer` null: a guest.
CREATE TABLE household_spendings (
  key TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  outlet TEXT NOT NULL,
  consumer TEXT,
  day INTEGER NOT NULL,
  fee INTEGER NOT NULL CHECK (fee IN (0, 1)),
  ceiling_minor INTEGER NOT NULL CHECK (ceiling_minor >= 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX household_spendings_by_day ON household_spendings (account, day);
