-- Keys for pages, apps and mail, where everybody can read them: they may only write, only for their campaigns, at a bounded
-- rate, and may stand in an address (docs/how-to/keys.md). Keys that are there stay what they are.
ALTER TABLE api_keys
  ADD COLUMN public boolean NOT NULL DEFAULT false
  CONSTRAINT api_keys_public_check CHECK (
    NOT public
    OR (scopes = ARRAY['write'] AND campaigns IS NOT NULL AND events_per_s IS NOT NULL AND requests_per_s IS NOT NULL)
  );
