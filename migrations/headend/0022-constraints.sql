-- Owner: src/headend/stores/constraint-rows.ts. For whom and where a work is (document 002, R-5); null is everybody, or everywhere.
CREATE TABLE work_constraints (
  work TEXT PRIMARY KEY REFERENCES works,
  age_rating INTEGER CHECK (age_rating BETWEEN 1 AND 21),
  -- JSON list of ISO 3166 codes.
  regions TEXT
) STRICT, WITHOUT ROWID;

-- Where a box stands, and from which age on it offers nothing; null is unknown, or no bound.
CREATE TABLE outlet_places (
  outlet TEXT PRIMARY KEY REFERENCES outlets,
  region TEXT,
  below_age INTEGER CHECK (below_age BETWEEN 1 AND 21)
) STRICT, WITHOUT ROWID;
