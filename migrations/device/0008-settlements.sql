-- Owner: device/stores/settlement-rows.ts. What the headend answered to a closing statement, with its countersignature.
CREATE TABLE settlements (
  sid TEXT PRIMARY KEY,
  play_id TEXT NOT NULL,
  statement_hash TEXT NOT NULL,
  charged_minor TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('agreed', 'refused', 'unproven', 'unanswered')),
  reason TEXT NOT NULL,
  countersignature TEXT,
  answered_at_ms INTEGER NOT NULL
) STRICT;
