-- Owner: src/headend/stores/session-rows.ts. Which packets of the work the paid counts are about, as [[first, packets], ...]: exactly, no
-- longer only how far they reach. Of a play that was under way at the update, all up to there count as paid.
ALTER TABLE pay_sessions ADD COLUMN paid_ranges TEXT NOT NULL DEFAULT '[]';
UPDATE pay_sessions SET paid_ranges = '[[0,' || (paid_through_packet_index + 1) || ']]' WHERE paid_through_packet_index >= 0;
ALTER TABLE pay_sessions DROP COLUMN paid_through_packet_index;
