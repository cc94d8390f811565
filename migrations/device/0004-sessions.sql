-- Owner: device/stores/session-rows.ts. What a resume needs; keys are never stored.
CREATE TABLE pay_sessions (
  id INTEGER PRIMARY KEY,
  sid TEXT NOT NULL UNIQUE,
  play_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  terms_text TEXT NOT NULL,
  terms_signature TEXT NOT NULL,
  receipt BLOB,
  receipt_signature BLOB,
  counts TEXT NOT NULL,
  reserved_counter INTEGER NOT NULL,
  lost_packets INTEGER NOT NULL,
  heard_sample INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'closed'))
) STRICT;
CREATE INDEX pay_sessions_by_play ON pay_sessions (play_id);
