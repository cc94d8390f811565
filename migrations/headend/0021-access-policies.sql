-- Who may have what from when on (document 003, Fig. 8). Owner: src/headend/stores/policy-rows.ts. A row is ended, never changed: a refusal names it.
CREATE TABLE access_policies (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  account TEXT REFERENCES accounts,
  outlet TEXT REFERENCES outlets,
  work TEXT REFERENCES works,
  value INTEGER NOT NULL CHECK (value >= 0),
  from_ms INTEGER NOT NULL,
  until_ms INTEGER,
  reason TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;
CREATE TRIGGER access_policies_remain BEFORE DELETE ON access_policies BEGIN SELECT raise(ABORT, 'a policy is ended, never deleted'); END;
