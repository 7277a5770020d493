-- Run by an online move when the new design is complete: drop the tables that hid their namesakes in `public`.

DROP TABLE adpulse_next.rollup_mark, adpulse_next.declared_dimension;

DROP FUNCTION adpulse_next.rollup_delta_start(), adpulse_next.rollup_moved_snapshot();
