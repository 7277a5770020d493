-- The objects of one schema that belong to `events`, its partitions and the tables that a variant keeps beside it.
-- Compared between the schema in force and one in which the variant has just been built, they show what the owner has
-- added and a move would drop. All daily partitions count as one.
--
-- $1 name       of the schema
-- $2 text[]     the variant's tables beside events
--
-- Left out: storage parameters, comments and publications; and what belongs to a partition by way of its parent.

WITH
  relations AS (
    SELECT oid, relname, relowner, relacl, relrowsecurity, relkind, relispartition
    FROM pg_class
    WHERE
      relnamespace = to_regnamespace($1)
      AND relkind IN ('r', 'p', 'm')
      AND (
        relname = ANY ($2::text[] || 'events'::text)
        OR oid IN (SELECT relid FROM pg_partition_tree(to_regclass(format('%I.events', $1))))
      )
  ),
  found AS (
    SELECT oid AS relation, 'column' AS kind, format('%I %s', attname, format_type(atttypid, atttypmod)) AS object
    FROM relations
    JOIN pg_attribute ON attrelid = oid
    WHERE attnum > 0 AND NOT attisdropped AND attinhcount = 0
    UNION ALL
    SELECT relations.oid, 'index', pg_get_indexdef(indexrelid)
    FROM relations
    JOIN pg_index ON indrelid = relations.oid
    JOIN pg_class AS indexes ON indexes.oid = indexrelid
    WHERE
      NOT indexes.relispartition
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    UNION ALL
    SELECT relations.oid, 'constraint', format('%I %s', conname, pg_get_constraintdef(pg_constraint.oid))
    FROM relations
    JOIN pg_constraint ON conrelid = relations.oid
    WHERE contype IN ('c', 'f', 'p', 'u', 'x') AND coninhcount = 0
    UNION ALL
    -- Without those of a killed move: they do nothing, and the next move removes them.
    SELECT relations.oid, 'trigger', pg_get_triggerdef(pg_trigger.oid)
    FROM relations
    JOIN pg_trigger ON tgrelid = relations.oid
    JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE NOT tgisinternal AND tgparentid = 0 AND pronamespace IS DISTINCT FROM to_regnamespace('adpulse_move')
    UNION ALL
    SELECT oid, 'row security', 'is on'
    FROM relations
    WHERE relrowsecurity
    UNION ALL
    SELECT
      relations.oid, 'policy',
      format('%I USING (%s) WITH CHECK (%s)', polname, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
    FROM relations
    JOIN pg_policy ON polrelid = relations.oid
    UNION ALL
    SELECT relations.oid, 'rule', pg_get_ruledef(pg_rewrite.oid)
    FROM relations
    JOIN pg_rewrite ON ev_class = relations.oid
    WHERE rulename <> '_RETURN'
    UNION ALL
    SELECT relations.oid, 'statistics', pg_get_statisticsobjdef(pg_statistic_ext.oid)
    FROM relations
    JOIN pg_statistic_ext ON stxrelid = relations.oid
    UNION ALL
    SELECT
      relations.oid, 'grant',
      format('%s to %s', privilege_type, CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee)::text END)
    FROM
      relations,
      aclexplode(
        relacl || (SELECT array_agg(item) FROM pg_attribute, unnest(attacl) AS item WHERE attrelid = relations.oid)
      )
    WHERE
      grantee <> relowner
      AND pg_get_userbyid(grantee) NOT IN ('adpulse_ingest', 'adpulse_report', 'adpulse_maintain')
    UNION ALL
    -- Dropping the table would fail.
    SELECT DISTINCT relations.oid, 'view', pg_rewrite.ev_class::regclass::text
    FROM relations
    JOIN pg_depend ON refclassid = 'pg_class'::regclass AND refobjid = relations.oid
    JOIN pg_rewrite ON pg_depend.classid = 'pg_rewrite'::regclass AND pg_rewrite.oid = pg_depend.objid
    WHERE ev_class NOT IN (SELECT known.oid FROM relations AS known)
    UNION ALL
    SELECT relations.oid, 'foreign key', format('%I of %s', conname, conrelid::regclass)
    FROM relations
    JOIN pg_constraint ON confrelid = relations.oid
    WHERE contype = 'f' AND conparentid = 0 AND conrelid NOT IN (SELECT known.oid FROM relations AS known)
  )
SELECT
  relations.relname AS relation, kind, regexp_replace(object, format('\m%I\.', $1), '', 'g') AS object
FROM found
JOIN relations ON relations.oid = relation
ORDER BY relation, kind, object;
