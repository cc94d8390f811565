-- Live channels: a work that comes from outside as it is sent, with a number on the remote. Owner: src/headend/stores/channel-rows.ts.
CREATE TABLE channels (
  work TEXT PRIMARY KEY REFERENCES works,
  -- Null once it was taken off the map: plays of it still find out why they ended.
  number INTEGER UNIQUE CHECK (number BETWEEN 1 AND 9999),
  -- Where the headend listens: `udp://HOST:PORT` or `srt://HOST:PORT`.
  input TEXT NOT NULL,
  -- What the running headend says of it.
  state TEXT NOT NULL
) STRICT, WITHOUT ROWID;
