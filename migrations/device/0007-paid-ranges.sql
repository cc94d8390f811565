-- Owner: device/stores/session-rows.ts. Which packets of the work the counts are about, as JSON [[first, packets], ...].
ALTER TABLE pay_sessions ADD COLUMN paid_ranges TEXT NOT NULL DEFAULT '[]';
