-- Received webhooks, byte for byte. A row is written once, before the vendor is told 200, and never changed; a duplicate finds it by its key.
-- Rows are kept for at least 90 days: the freshness of a signature does not replace that, since the vendor signs a resent event anew.
CREATE TABLE webhook (
  receipt_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The vendor's event id, the same over all deliveries. Console tests have a room of their own (`test:`): their mark is not signed, and
  -- a mark that somebody put on a real delivery must not keep the real one out.
  event_key         text        NOT NULL UNIQUE,
  event_type        text        NOT NULL,
  vendor_session_id text,
  destination       text        NOT NULL,
  is_test           boolean     NOT NULL,
  dispatched_at     timestamptz NOT NULL,
  verified_by       text        NOT NULL CHECK (verified_by IN ('X-Signature', 'X-Signature-V2')),
  -- The signature that was checked: with the bytes it can be checked again by whoever has the secret.
  signature         text        NOT NULL,
  body              bytea       NOT NULL,
  body_sha256       bytea       NOT NULL CHECK (octet_length(body_sha256) = 32),
  received_at       timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Rows arrive in the order of time: a few pages of index for millions of rows are enough to find those whose time is over.
CREATE INDEX webhook_received_at ON webhook USING brin (received_at) WITH (autosummarize = on);

CREATE FUNCTION webhook_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a received webhook is never changed';
END $$;
CREATE TRIGGER webhook_is_never_changed BEFORE UPDATE ON webhook FOR EACH STATEMENT EXECUTE FUNCTION webhook_is_never_changed();

-- What was refused: the vendor does not send a refused delivery again, so a wrong secret or clock of ours would lose it. Capped in rows and bytes, oldest out.
-- What carried a good signature is capped apart, so that strangers, who can write the other half, cannot push it out.
CREATE TABLE quarantine (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reason      text        NOT NULL,
  signed      boolean     NOT NULL,
  event_key   text,
  destination text        NOT NULL,
  headers     jsonb       NOT NULL,
  body        bytea       NOT NULL,
  body_bytes  integer     NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX quarantine_signed ON quarantine (signed, id DESC) INCLUDE (body_bytes);
