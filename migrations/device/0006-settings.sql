-- Owner: device/stores/settings-rows.ts.
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Owner: device/stores/book-clock.ts. A clock that never goes back (ruling 34).
CREATE TABLE book_clock (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  book_ms INTEGER NOT NULL
) STRICT;
