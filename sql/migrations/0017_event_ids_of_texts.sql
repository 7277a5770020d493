-- Any text of 1 to 128 characters is an event id. `event_id` stays a uuid: a UUID in any spelling is that UUID, another
-- text becomes a UUID of version 8 from its SHA-256 (docs/decisions/0032).

-- The id under which an event of a text is stored, as service/adpulse/event/ids.py computes it:
--   SELECT * FROM events WHERE event_id = event_id_of('order-4711')
CREATE FUNCTION event_id_of(written text) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT
    CASE
      WHEN written ~ '^([uU][rR][nN]:[uU][uU][iI][dD]:)?([0-9a-fA-F]{8}(-?)[0-9a-fA-F]{4}\3[0-9a-fA-F]{4}\3[0-9a-fA-F]{4}\3[0-9a-fA-F]{12}|\{[0-9a-fA-F]{8}(-?)[0-9a-fA-F]{4}\4[0-9a-fA-F]{4}\4[0-9a-fA-F]{4}\4[0-9a-fA-F]{12}\})$'
        THEN right(regexp_replace(written, '[^0-9a-fA-F]', '', 'g'), 32)::uuid
      -- Version 8, variant 2: RFC 9562.
      ELSE encode(
        set_byte(set_byte(hash, 6, get_byte(hash, 6) & 15 | 128), 8, get_byte(hash, 8) & 63 | 128), 'hex')::uuid
    END
  FROM substr(sha256('\x616470756c7365206576656e745f696400' || convert_to(written, 'UTF8')), 1, 16) AS hash
$$;
