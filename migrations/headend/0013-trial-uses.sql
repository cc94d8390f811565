-- Owner: src/headend/stores/trial-rows.ts. Pre-listens granted on a day: per payer of a jukebox, per account on a set-top (ruling 2).
CREATE TABLE trial_uses (
  day TEXT NOT NULL,
  holder TEXT NOT NULL,
  work TEXT NOT NULL,
  uses INTEGER NOT NULL,
  PRIMARY KEY (day, holder, work)
) STRICT, WITHOUT ROWID;
