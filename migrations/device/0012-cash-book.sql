-- Owner: device/stores/meter-rows.ts. Meters count for the life of the box: they only grow. `collected` is where each stood when
-- the cash box was emptied last.
CREATE TABLE meters (
  name TEXT PRIMARY KEY,
  lifetime INTEGER NOT NULL CHECK (lifetime >= 0),
  collected INTEGER NOT NULL DEFAULT 0 CHECK (collected <= lifetime)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER meters_only_grow BEFORE UPDATE ON meters WHEN new.lifetime < old.lifetime OR new.name <> old.name
BEGIN SELECT raise(ABORT, 'a meter never goes back'); END;
CREATE TRIGGER meters_stay BEFORE DELETE ON meters
BEGIN SELECT raise(ABORT, 'a meter never goes away'); END;

INSERT INTO meters (name, lifetime)
  SELECT 'cash', sum(value_minor) FROM coins HAVING count(*) > 0
  UNION ALL SELECT 'coins', count(*) FROM coins HAVING count(*) > 0;

-- Owner: device/stores/collection-rows.ts. What was in the cash box, by the meters and by hand.
CREATE TABLE collections (
  number INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  collector TEXT NOT NULL,
  expected_minor INTEGER NOT NULL,
  counted_minor INTEGER NOT NULL,
  ticket TEXT NOT NULL
) STRICT;

-- Owner: device/stores/cash-page-rows.ts. The transfers of the ledger by the page, each page sealed with the one before it.
CREATE TABLE cash_pages (
  page INTEGER PRIMARY KEY,
  last_transfer INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT;
