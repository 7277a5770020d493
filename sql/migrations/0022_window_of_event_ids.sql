-- Event ids may be forgotten: with ADPULSE_EVENT_ID_DAYS, upkeep sets the table `event_ids` aside every half window, and drops
-- what it set aside when the window is over (docs/decisions/0034). Without it, every id is kept for good, as before.

-- The tables that were set aside, event_ids_YYYYMMDD by the day on which that happened, inherit from this one. A table by
-- the day of arrival cannot have an index that is unique across days; so an id is claimed in `event_ids`, and then
-- looked for here. Setting aside waits for all transactions that hold `event_ids`. So a transaction that has claimed an id
-- there sees here every id that was claimed before.
CREATE TABLE event_ids_past (event_id uuid);

-- Those of some ids that `event_ids` holds. Never by reading all of it, which the planner would choose for a table that
-- is still small, and keep to while it grows.
CREATE FUNCTION known_event_ids(ids uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SET enable_seqscan = off AS $$
  SELECT event_id FROM event_ids WHERE event_id = ANY (ids)
$$;

-- Those of some ids that were set aside; the caller has claimed them in `event_ids`.
CREATE FUNCTION past_event_ids(ids uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_inherits WHERE inhparent = 'event_ids_past'::regclass) THEN
    RETURN QUERY SELECT event_id FROM event_ids_past WHERE event_id = ANY (ids);
  END IF;
END
$$;

-- Drops the ids that nobody sent for `days` days before `today`, and sets `event_ids` aside if that is due. Null for
-- `today` does nothing: first_day_kept() says so while clocks do not agree.
CREATE FUNCTION tend_event_ids(days int, today date) RETURNS void
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
  part regclass;
  day date;
  latest date;
  aside text := 'event_ids_' || to_char(today, 'YYYYMMDD');
  statement text;
BEGIN
  IF to_regclass('pg_dist_partition') IS NOT NULL THEN
    RAISE WARNING 'ADPULSE_EVENT_ID_DAYS has no effect in a database with Citus: event ids are kept';
    RETURN;
  END IF;
  FOR part, day IN
    SELECT inhrelid, to_date(right(relname, 8), 'YYYYMMDD')
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'event_ids_past'::regclass
    ORDER BY relname
  LOOP
    IF day + days < today THEN
      EXECUTE format('DROP TABLE %s', part);
      RAISE NOTICE 'event ids of % and before are forgotten', day;
    ELSE
      latest := day;
    END IF;
  END LOOP;
  IF latest + greatest(days / 2, 1) > today OR to_regclass(aside) IS NOT NULL OR NOT EXISTS (SELECT FROM event_ids) THEN
    RETURN;
  END IF;
  LOCK TABLE event_ids IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('ALTER INDEX event_ids_pkey RENAME TO %I', aside || '_pkey');
  EXECUTE format('ALTER TABLE event_ids RENAME TO %I', aside);
  EXECUTE format('ALTER TABLE %I INHERIT event_ids_past', aside);
  CREATE TABLE event_ids (event_id uuid PRIMARY KEY);
  -- Who could write the old one writes the new one, and nobody the old one.
  FOR statement IN
    SELECT format(action, privilege_type, grantee::regrole)
    FROM
      aclexplode((SELECT relacl FROM pg_class WHERE oid = aside::regclass)),
      unnest(ARRAY['GRANT %s ON event_ids TO %s', 'REVOKE %s ON ' || quote_ident(aside) || ' FROM %s']) AS action
    WHERE grantee NOT IN (0, (SELECT relowner FROM pg_class WHERE oid = aside::regclass))
  LOOP
    EXECUTE statement;
  END LOOP;
EXCEPTION
  WHEN lock_not_available THEN NULL; -- the next call tries again
END
$$;

-- The rights on these. As in 0004 and later; new are event_ids_past, what it holds, and the functions of writers.
DO $do$
DECLARE
  before text := pg_get_functiondef('grant_roles()'::regprocedure);
  after text := before;
BEGIN
  after := replace(
    after,
    $t$('adpulse_ingest', 'event_ids', '{SELECT,INSERT,DELETE}'),$t$,
    $t$('adpulse_ingest', 'event_ids', '{SELECT,INSERT,DELETE}'),
          ('adpulse_ingest', 'event_ids_past', '{SELECT}'),$t$);
  after := replace(
    after,
    $t$          AND NOT relispartition
$t$,
    $t$          AND NOT relispartition
          AND relname !~ '^event_ids_[0-9]{8}$'
$t$);
  after := replace(
    after,
    $t$ON strpos(kinds, provolatile::text) > 0
$t$,
    $t$ON strpos(kinds, provolatile::text) > 0
          OR kinds = '' AND proname IN ('known_event_ids', 'past_event_ids')
$t$);
  after := replace(
    after,
    $t$('adpulse_maintain', 'siv')) AS callers$t$,
    $t$('adpulse_maintain', 'siv'), ('adpulse_ingest', '')) AS callers$t$);
  IF length(after) - length(before) < 200 THEN
    RAISE EXCEPTION 'grant_roles() is not as it was made: this migration cannot bring it up to date';
  END IF;
  EXECUTE after;
END
$do$;

-- Rights on partitions are given by one session at a time: two that give the same right at once fail. Who finds another at
-- it leaves it to the next round.
DO $do$
DECLARE
  before text := pg_get_functiondef('cover_partitions(regclass, int, regclass)'::regprocedure);
  after text := replace(
    before,
    '  -- Who may insert into the whole may insert into a day',
    $t$  IF NOT pg_try_advisory_xact_lock(1633964038) THEN
    RETURN;
  END IF;
  -- Who may insert into the whole may insert into a day$t$);
BEGIN
  IF before = after THEN
    RAISE EXCEPTION 'cover_partitions() is not as it was made: this migration cannot bring it up to date';
  END IF;
  EXECUTE after;
END
$do$;
