-- Owner: src/headend/stores/household-rows.ts. A cap that was taken away is told as such: a box whose headend lost its rows keeps its caps.
ALTER TABLE household_caps ADD COLUMN removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1));
