-- Titles that were checked out. Owner: device/stores/loan-rows.ts. Keys are sealed or wrapped here; they are in the clear in memory only.
CREATE TABLE loans (
  licence TEXT PRIMARY KEY,
  work_id TEXT NOT NULL,
  -- `returning`: over on this box, the headend is still to hear of it
  state TEXT NOT NULL CHECK (state IN ('held', 'breached', 'returning', 'over')),
  work TEXT NOT NULL,
  terms_text TEXT NOT NULL,
  terms_signature TEXT NOT NULL,
  segments TEXT NOT NULL,
  -- The content's key, wrapped under the leased key of that number.
  key_number INTEGER,
  wrapped_key BLOB,
  -- The leased key, sealed to this box: intermittent licences only, so that they open without the headend.
  sealed_lease BLOB,
  uses INTEGER NOT NULL DEFAULT 0,
  heard_ms INTEGER NOT NULL DEFAULT 0,
  -- What goes with the return, until the headend has it.
  brought TEXT,
  -- The renewal query was answered with no.
  declined INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX loans_by_work ON loans (work_id);

-- Plays of checked-out titles: what a restart needs to go on.
CREATE TABLE loan_plays (
  play_id TEXT PRIMARY KEY,
  licence TEXT NOT NULL,
  -- As they stood when it began: a renewal meanwhile changes nothing about it.
  terms_text TEXT NOT NULL,
  work TEXT NOT NULL,
  heard_sample INTEGER NOT NULL DEFAULT 0,
  trial_packets INTEGER NOT NULL DEFAULT 0
) STRICT;
