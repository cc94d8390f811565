-- Who takes part (ruling 1). Owner: src/headend/stores/party-rows.ts and outlet-rows.ts.
PRAGMA application_id = 0x41434b48; -- "ACKH": tells a headend book from any other SQLite file

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (account TEXT PRIMARY KEY, name TEXT NOT NULL, currency TEXT NOT NULL, created_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE locations (location TEXT PRIMARY KEY, name TEXT NOT NULL, created_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE vendors (vendor TEXT PRIMARY KEY, name TEXT NOT NULL, created_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE providers (provider TEXT PRIMARY KEY, name TEXT NOT NULL, created_at_ms INTEGER NOT NULL) STRICT;

-- Pseudonymous. What names a person stands in a table of its own, so that erasing it touches nothing else.
CREATE TABLE consumers (consumer TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts, created_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE consumer_personal_data (
  consumer TEXT PRIMARY KEY REFERENCES consumers ON DELETE CASCADE,
  display_name TEXT,
  contact TEXT
) STRICT;

CREATE TABLE outlets (
  outlet TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts,
  location TEXT NOT NULL REFERENCES locations,
  name TEXT NOT NULL,
  profile TEXT NOT NULL CHECK (profile IN ('jukebox', 'set-top')),
  public_key BLOB NOT NULL UNIQUE CHECK (length(public_key) = 32),
  currency TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;

-- Requests that wait for a person. A box that restarts asks again with another nonce, so one key may stand here more than once.
CREATE TABLE enrolments (
  device_public_key BLOB NOT NULL CHECK (length(device_public_key) = 32),
  nonce BLOB NOT NULL,
  name TEXT NOT NULL,
  profile TEXT NOT NULL CHECK (profile IN ('jukebox', 'set-top')),
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (device_public_key, nonce)
) STRICT;
