-- Owner: device/stores/viewer-rows.ts. Who of the household is before the box. Names stay on the box; records carry the id, a pseudonym.
CREATE TABLE viewers (
  viewer_id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  pin TEXT,
  below_age INTEGER CHECK (below_age BETWEEN 1 AND 21)
) STRICT;
