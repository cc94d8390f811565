-- The model that prices the checkout and each renewal; null where the fee is flat. Owner of `checkouts`: src/headend/stores/checkout-rows.ts.
ALTER TABLE checkouts ADD COLUMN fee_model TEXT REFERENCES pricing_models (hash);
