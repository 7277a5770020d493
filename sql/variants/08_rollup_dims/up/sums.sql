-- rollup_dim_sums(): adds up events by cell; rollup_dim_collect() and rollup_dim_add() store these sums.

-- Returns a query for the sums of signed events by dimension, value, campaign and minute. `source` is a query for the events. Where
-- less is kept (detail.sql), `minute` is the begin of a quarter, hour or day: `coarse` are such days, `apart` is where all campaigns
-- together (campaign_id = '') have sums of their own, and `quartered` where single ones have quarters.
CREATE FUNCTION rollup_dim_sums(
  source text, places smallint[], closed_to timestamptz,
  coarse timestamptz[] DEFAULT '{}', apart tstzmultirange DEFAULT '{}', quartered tstzmultirange DEFAULT '{}'
) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
  names text;
  sets text;
  place_of text;
  name_of text;
BEGIN
  -- A column for each dimension, and a grouping set: twice as fast as a row for each event and dimension.
  SELECT
    string_agg(format('metadata ->> %L AS name_%s', key, place), ', '),
    string_agg(
      format('(campaign_id, minute, name_%1$s)' || CASE WHEN isempty(apart) THEN '' ELSE ', (minute_of_all, name_%1$s)' END, place), ', '
    ),
    string_agg(format('WHEN grouping(name_%1$s) = 0 THEN %1$s', place), ' '),
    string_agg(format('WHEN grouping(name_%1$s) = 0 THEN name_%1$s', place), ' ')
  INTO names, sets, place_of, name_of
  FROM rollup_dimension
  WHERE place = ANY (places);
  IF names IS NULL THEN
    RETURN $sql$
      SELECT
        NULL::smallint AS place, NULL AS name, NULL AS campaign_id, NULL::timestamptz AS minute,
        0::bigint AS impressions, 0::bigint AS clicks, 0::bigint AS conversions, 0::numeric AS cost_micros, 0::numeric AS revenue_micros
      WHERE false
    $sql$;
  END IF;
  RETURN format($sql$
    SELECT *
    FROM (
      SELECT
        (CASE %4$s END)::smallint AS place,
        CASE %5$s END AS name,
        %6$s,
        coalesce(sum(sign) FILTER (WHERE event_type = 'impression'), 0) AS impressions,
        coalesce(sum(sign) FILTER (WHERE event_type = 'click'), 0) AS clicks,
        coalesce(sum(sign) FILTER (WHERE event_type = 'conversion'), 0) AS conversions,
        sum(cost_micros) AS cost_micros,
        sum(revenue_micros) AS revenue_micros
      FROM (
        SELECT
          sign, campaign_id,
          CASE
            WHEN is_coarse THEN date_bin('1 day', ts, 'epoch')
            WHEN is_apart THEN date_bin(CASE WHEN ts <@ %10$L::tstzmultirange THEN interval '15 minutes' ELSE '1 hour' END, ts, 'epoch')
            WHEN ts >= %7$L OR ts <@ (SELECT rollup_dim_fine()) THEN date_bin('1 minute', ts, 'epoch')
            ELSE date_bin('1 hour', ts, 'epoch')
          END AS minute,
          CASE WHEN is_apart THEN date_bin(CASE WHEN is_coarse THEN interval '1 hour' ELSE '1 minute' END, ts, 'epoch') END
            AS minute_of_all,
          event_type, sign * cost_micros AS cost_micros, sign * revenue_micros AS revenue_micros, %2$s
        FROM
          (%1$s) AS source,
          LATERAL (
            SELECT
              %8$L <> '{}' AND date_bin('1 day', ts, 'epoch') = ANY (%8$L::timestamptz[]) AS is_coarse,
              NOT isempty(%9$L::tstzmultirange) AND ts <@ %9$L::tstzmultirange AS is_apart
          ) AS levels
        -- Always so. The planner expects a 200th of the rows: for a million or more it would sort them, once for each set.
        WHERE cost_micros * 0 = 0
        OFFSET 0 -- once for each event, and not for each set
      ) AS named
      GROUP BY GROUPING SETS (%3$s)
    ) AS grouped
    WHERE minute IS NOT NULL
  $sql$,
    source, names, sets, place_of, name_of,
    CASE
      WHEN isempty(apart) THEN 'campaign_id, minute'
      ELSE 'coalesce(campaign_id, '''') AS campaign_id, coalesce(minute, minute_of_all) AS minute'
    END,
    closed_to - interval '3 days', coarse, apart, quartered
  );
END
$$;
