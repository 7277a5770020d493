-- The service copies a group of events of one UTC day straight into the partition of that day, which is faster than through
-- `events` (docs/decisions/0033). So who may insert into `events` may insert into its daily partitions.

-- Gives the partitions of a table the statement triggers of the table, where they have not got them; no more than `most`
-- partitions, all if it is null; or `only_part` alone. TRUNCATE on a partition counts its rows out before they go. (The
-- trigger that comes before TRUNCATE of the whole table speaks for all partitions, and is not copied.) As in 0013; new
-- are the rights, and who may use `adpulse.counted`.
--
-- `SET LOCAL adpulse.counted = on` says that the roll-ups hold already what a statement moves or brings back. An INSERT
-- is believed only of a login that may also empty the partition: writers of events may not leave them out of reports.
CREATE OR REPLACE FUNCTION cover_partitions(parent regclass, most int DEFAULT NULL, only_part regclass DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  of_a_cluster boolean := false;
  statement text;
BEGIN
  IF to_regclass('pg_dist_partition') IS NOT NULL THEN
    EXECUTE 'SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = $1)' INTO of_a_cluster USING parent;
  END IF;
  IF of_a_cluster THEN
    RETURN; -- there, triggers are on shards
  END IF;
  FOR statement IN
    WITH
      missing AS (
        SELECT inhrelid AS part, pg_trigger.oid AS trigger_id, tgtype
        FROM pg_inherits
        JOIN pg_trigger ON tgrelid = inhparent
        WHERE
          inhparent = parent
          AND (only_part IS NULL OR inhrelid = only_part)
          AND NOT tgisinternal
          AND tgtype & 1 = 0 -- for each statement
          AND tgtype & 62 <> 34 -- BEFORE TRUNCATE and nothing else
          AND NOT EXISTS (
            SELECT FROM pg_trigger AS own WHERE own.tgrelid = inhrelid AND own.tgname = pg_trigger.tgname
          )
      ),
      chosen AS (SELECT DISTINCT part FROM missing ORDER BY part DESC LIMIT most)
    SELECT
      replace(
        replace(
          CASE WHEN tgtype & 32 > 0 THEN replace(written, ' AFTER TRUNCATE ', ' BEFORE TRUNCATE ') ELSE written END,
          format(' ON %I.%I ', whole_schema.nspname, whole.relname),
          format(' ON %I.%I ', part_schema.nspname, partition.relname)),
        ' EXECUTE FUNCTION ',
        format(
          ' WHEN (current_setting(''adpulse.counted'', true) IS DISTINCT FROM ''on''%s) EXECUTE FUNCTION ',
          CASE WHEN tgtype & 4 > 0 -- INSERT
            THEN format(
              ' OR NOT has_table_privilege(%L::regclass, ''TRUNCATE'')',
              format('%I.%I', part_schema.nspname, partition.relname))
            ELSE '' END))
    FROM missing
    JOIN chosen USING (part)
    JOIN pg_class AS partition ON partition.oid = part
    JOIN pg_namespace AS part_schema ON part_schema.oid = partition.relnamespace
    JOIN pg_class AS whole ON whole.oid = parent
    JOIN pg_namespace AS whole_schema ON whole_schema.oid = whole.relnamespace
    CROSS JOIN pg_get_triggerdef(trigger_id) AS written
  LOOP
    EXECUTE statement;
  END LOOP;
  -- Who may insert into the whole may insert into a day, unless the day has triggers from before this migration.
  FOR statement IN
    SELECT format('GRANT INSERT ON TABLE %s TO %s', inhrelid::regclass, grantee::regrole)
    FROM pg_inherits
    JOIN pg_class AS partition ON partition.oid = inhrelid AND partition.relname ~ '^events_p[0-9]{8}$'
    JOIN pg_class AS whole ON whole.oid = inhparent
    CROSS JOIN aclexplode(whole.relacl) AS granted
    WHERE
      inhparent = parent
      AND (only_part IS NULL OR inhrelid = only_part)
      AND privilege_type = 'INSERT' AND grantee NOT IN (0, whole.relowner)
      AND NOT has_table_privilege(grantee, inhrelid, 'INSERT')
      AND NOT EXISTS (
        SELECT FROM pg_trigger
        WHERE
          tgrelid = inhrelid AND NOT tgisinternal AND tgtype & 5 = 4 -- INSERT, for each statement
          AND strpos(pg_get_triggerdef(oid), 'has_table_privilege') = 0
      )
  LOOP
    EXECUTE statement;
  END LOOP;
END
$$;
