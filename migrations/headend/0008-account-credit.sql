-- Owner: src/headend/stores/account-credit-rows.ts. What is lent to an account over all sessions, workers and nodes (ruling 20). Packets.
CREATE TABLE account_credit (
  account TEXT PRIMARY KEY,
  cap_packets INTEGER NOT NULL,
  leased_packets INTEGER NOT NULL CHECK (leased_packets >= 0),
  leftover_packets INTEGER NOT NULL CHECK (leftover_packets >= 0),
  written_off_packets INTEGER NOT NULL,
  written_off_month TEXT NOT NULL,
  fence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One live slice a holder (a PaySession). An expired one becomes a leftover at the next look.
CREATE TABLE credit_leases (
  account TEXT NOT NULL,
  holder TEXT NOT NULL,
  fence INTEGER NOT NULL,
  packets INTEGER NOT NULL CHECK (packets > 0),
  expires_at_ms INTEGER NOT NULL,
  PRIMARY KEY (account, holder)
) STRICT, WITHOUT ROWID;
