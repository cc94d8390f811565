-- Owner: device/stores/payer-rows.ts. Guests who choose from their phones: many may be open, each known to the staff by a short code.
CREATE TABLE payers_with_guests (
  payer_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('coin-session', 'account', 'guest')),
  state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  funds TEXT NOT NULL,
  opened_at_ms INTEGER NOT NULL,
  last_action_ms INTEGER NOT NULL,
  guest_code TEXT
) STRICT;
INSERT INTO payers_with_guests (payer_id, kind, state, funds, opened_at_ms, last_action_ms)
  SELECT payer_id, kind, state, funds, opened_at_ms, last_action_ms FROM payers;
DROP TABLE payers;
ALTER TABLE payers_with_guests RENAME TO payers;
CREATE UNIQUE INDEX one_open_payer ON payers (kind) WHERE state = 'open' AND kind <> 'guest';
CREATE UNIQUE INDEX guests_by_code ON payers (guest_code) WHERE state = 'open' AND kind = 'guest';

-- What a guest pays above the price to be heard before those who wait; it is the venue's.
ALTER TABLE plays ADD COLUMN premium_minor INTEGER NOT NULL DEFAULT 0;
