-- Owner: device/stores/payer-rows.ts. `funds` splits the payer's credit by where it came from (JSON, decimal text).
CREATE TABLE payers (
  payer_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('coin-session', 'account')),
  state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  funds TEXT NOT NULL,
  opened_at_ms INTEGER NOT NULL,
  last_action_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_open_payer ON payers (kind) WHERE state = 'open';

-- Owner: device/stores/claim-rows.ts. Money somebody can come back for.
CREATE TABLE claims (
  code TEXT PRIMARY KEY,
  amount_minor INTEGER NOT NULL,
  funds TEXT NOT NULL,
  payer_id TEXT NOT NULL,
  play_id TEXT,
  issued_at_ms INTEGER NOT NULL,
  redeemed_by TEXT,
  redeemed_at_ms INTEGER
) STRICT;
