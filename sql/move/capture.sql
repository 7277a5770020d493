-- Run by an online move before it copies: makes the table that notes events from now on (adpulse.variants.capture).
-- 1633964036 is the advisory lock of a move, MOVE_LOCK in service/adpulse/database/locks.py.

CREATE SCHEMA adpulse_move;

-- UNLOGGED: a crash of the server empties it, and ends the move, too.
CREATE UNLOGGED TABLE adpulse_move.arrived (LIKE public.events, xid xid8 NOT NULL DEFAULT pg_current_xact_id());

CREATE INDEX arrived_xid_idx ON adpulse_move.arrived (xid);

-- Runs with its owner's rights, because a login that writes events has no rights in this schema. The move holds the lock
-- until its end: if the trigger gets it, no move runs, and nothing has to be noted.
CREATE FUNCTION adpulse_move.capture() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock_shared(1633964036) THEN
    INSERT INTO adpulse_move.arrived
      (ts, cost_micros, revenue_micros, event_id, event_type, campaign_id, user_id, metadata)
    SELECT ts, cost_micros, revenue_micros, event_id, event_type, campaign_id, user_id, metadata
    FROM added;
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION adpulse_move.refuse() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock_shared(1633964036) THEN
    RAISE object_in_use USING MESSAGE = 'events are being moved to another design: change none until that is over';
  END IF;
  RETURN NULL;
END
$$;
