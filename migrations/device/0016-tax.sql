-- Owner: device/stores/tax-rows.ts. The last number of each series of receipts: one more with each receipt, in its transaction.
CREATE TABLE receipt_series (
  series TEXT PRIMARY KEY,
  last_count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was sold in each month (UTC) at each rate, and what of it is tax. Percent in thousandths.
CREATE TABLE tax_sums (
  month TEXT NOT NULL,
  name TEXT NOT NULL,
  milli_percent INTEGER NOT NULL,
  receipts INTEGER NOT NULL,
  gross_minor INTEGER NOT NULL,
  tax_minor INTEGER NOT NULL,
  PRIMARY KEY (month, name, milli_percent)
) STRICT, WITHOUT ROWID;
