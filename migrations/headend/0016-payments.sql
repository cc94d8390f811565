-- What accounts pay, and tried to pay (document 002, P-25, P-27). Owner: src/headend/stores/payment-rows.ts.
CREATE TABLE account_payments (
  payment TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  currency TEXT NOT NULL,
  method TEXT NOT NULL,
  -- pending: asked for at a box, until the payment system says what became of it.
  state TEXT NOT NULL CHECK (state IN ('pending', 'paid', 'failed')),
  reason TEXT NOT NULL,
  asked_at_ms INTEGER NOT NULL,
  settled_at_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX account_payments_by_account ON account_payments (account, asked_at_ms);
