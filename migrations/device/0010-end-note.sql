-- Owner: device/stores/play-rows.ts. Why staff ended a play that a guest had paid for.
ALTER TABLE plays ADD COLUMN end_note TEXT;
