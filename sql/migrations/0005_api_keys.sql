-- Keys to the doors of the service: docs/how-to/keys.md. No key is in here, only what it takes to recognise one: whoever
-- reads this table cannot use what is in it. A key is 256 random bits, so a plain SHA-256 cannot be turned round, and no
-- slow hash is needed.
--
-- A revoked key stays, as a record; and because a row, revoked or not, says that this database has keys: revoking the
-- last one closes the service and does not open it.
CREATE TABLE api_keys (
  key_id text PRIMARY KEY CHECK (key_id ~ '^[0-9a-f]{12}$'),
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 128),
  scopes text[] NOT NULL CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['write', 'read', 'metrics']),
  -- The only campaigns that the key may write or read; null: all.
  campaigns text[] CHECK (cardinality(campaigns) BETWEEN 1 AND 1000),
  -- Limits of its own, for each process of the service; null: as the service is set.
  events_per_s double precision CHECK (events_per_s > 0),
  requests_per_s double precision CHECK (requests_per_s > 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz
);
