-- The money of a day may be more than a bigint holds; the files of such a day could not be noted.
ALTER TABLE archived_days
  ALTER COLUMN cost_micros TYPE numeric,
  ALTER COLUMN revenue_micros TYPE numeric;
