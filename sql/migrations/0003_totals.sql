-- The sum of micros as a bigint. sum(bigint) answers with a numeric, which takes longer to make of a group's sum than
-- adding up the group does, where groups are small (docs/decisions/0030). A sum past 2^63 is an error, as it is when that
-- numeric is cast.
CREATE AGGREGATE total(bigint) (
  SFUNC = int8pl,
  STYPE = bigint,
  INITCOND = '0',
  COMBINEFUNC = int8pl,
  PARALLEL = SAFE
);
