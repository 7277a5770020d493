-- Run by an online move after capture.sql, in a transaction that gives up and tries again while others use `events`.

CREATE TRIGGER moving_inserted AFTER INSERT ON public.events
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION adpulse_move.capture();

CREATE TRIGGER moving_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON public.events
FOR EACH STATEMENT EXECUTE FUNCTION adpulse_move.refuse();
