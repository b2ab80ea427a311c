-- Authentications, their vendor sessions, and the work that is still to be done at the vendor.
-- The rules are in libs/domain/session; what must hold under any concurrency is a constraint here.

-- One row for each request, from its first sight (REST) or its decision (Kafka) to its one verdict and beyond.
CREATE TABLE authentication (
  key               text        PRIMARY KEY,
  gateway_id        text        NOT NULL,
  authentication_id text        NOT NULL,
  namespace         text        NOT NULL,
  payer_id          text        NOT NULL,
  action            text        NOT NULL,
  -- json, not jsonb: kept as it came, and a text with an escaped NUL does not break it.
  request           json        NOT NULL,
  request_hash      text        NOT NULL,
  shown_hash        text        NOT NULL,
  review_seconds    integer     NOT NULL,
  requested_at      timestamptz(3) NOT NULL,
  -- As promised; expires_at is what holds, and a review moves it.
  requested_expiry  timestamptz(3) NOT NULL,
  expires_at        timestamptz(3) NOT NULL,

  state             text        NOT NULL CHECK (state IN ('PENDING', 'AWAITING_PAYER', 'OPENING', 'IN_CHECK', 'IN_REVIEW', 'DECIDED')),
  -- Counts this row's events: their `sequence`.
  version           integer     NOT NULL,
  demand            text        CHECK (demand IN ('SCA_REQUIRED', 'SCA_PERMITTED', 'SCA_BEST_EFFORT')),
  policy_lets_proceed boolean   NOT NULL DEFAULT false,
  -- Of the decision, for the verdict; null until it has come.
  exemption         text,
  policy            json,
  -- The message that led here, and its trace: what this row's events name as their cause.
  cause_id          text,
  traceparent       text,
  token_hash        bytea       NOT NULL,
  page_served_count integer     NOT NULL DEFAULT 0,
  attempt           smallint    NOT NULL DEFAULT 0,
  confirmed_at      timestamptz(3),
  last_failure      text        CHECK (last_failure IN ('VENDOR_UNAVAILABLE', 'SESSION_NOT_NEW', 'LOST')),
  review_used       boolean     NOT NULL DEFAULT false,
  vendor_session_id text,

  outcome           text        CHECK (outcome IN ('APPROVED', 'EXEMPT', 'OUT_OF_SCOPE', 'SCA_PROHIBITED', 'DECLINED', 'EXPIRED', 'CANCELLED', 'UNAVAILABLE')),
  decided_at        timestamptz(3),
  decision_seen     boolean     NOT NULL DEFAULT false,
  overturned_at     timestamptz(3),
  -- The verdict's message exactly as it was published, to be published again to a gateway that lost it.
  verdict_topic     text,
  verdict_headers   json,
  verdict_value     bytea,

  CHECK ((state = 'DECIDED') = (outcome IS NOT NULL)),
  CHECK ((state = 'DECIDED') = (verdict_value IS NOT NULL AND verdict_headers IS NOT NULL AND verdict_topic IS NOT NULL AND decided_at IS NOT NULL)),
  CHECK (state NOT IN ('AWAITING_PAYER', 'OPENING', 'IN_CHECK', 'IN_REVIEW') OR demand IS NOT NULL),
  CHECK (state NOT IN ('IN_CHECK', 'IN_REVIEW') OR vendor_session_id IS NOT NULL),
  CHECK (state <> 'OPENING' OR confirmed_at IS NOT NULL)
);
CREATE UNIQUE INDEX authentication_token ON authentication (token_hash);
CREATE INDEX authentication_due ON authentication (expires_at) WHERE state <> 'DECIDED';
CREATE INDEX authentication_opening ON authentication (confirmed_at) WHERE state = 'OPENING';
-- Rows are rewritten a few times while they are young: room on the page, and no compression of what is read again at once.
ALTER TABLE authentication SET (fillfactor = 60, toast_tuple_target = 8160);

-- A verdict is final, whatever the code above it does.
CREATE FUNCTION verdict_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.outcome IS DISTINCT FROM OLD.outcome OR NEW.verdict_value IS DISTINCT FROM OLD.verdict_value OR NEW.state <> OLD.state THEN
    RAISE EXCEPTION 'the verdict of an authentication is final' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER authentication_verdict_is_final BEFORE UPDATE ON authentication
  FOR EACH ROW WHEN (OLD.state = 'DECIDED') EXECUTE FUNCTION verdict_is_final();

-- Answers to REST callers by their Idempotency-Key: the same key means the same request, or a refusal.
CREATE TABLE idempotency (
  gateway_id      text        NOT NULL,
  idempotency_key text        NOT NULL,
  body_hash       text        NOT NULL,
  key             text        NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (gateway_id, idempotency_key)
);
CREATE INDEX idempotency_created_at ON idempotency USING brin (created_at);

-- One row for each attempt, written before the vendor is called.
CREATE TABLE vendor_session (
  key               text        NOT NULL REFERENCES authentication (key),
  attempt           smallint    NOT NULL,
  namespace         text        NOT NULL,
  payer_id          text        NOT NULL,
  state             text        NOT NULL CHECK (state IN ('OPENING', 'OPEN', 'IN_REVIEW', 'DELETING', 'CLOSED')),
  vendor_session_id text        UNIQUE,
  vendor_data       text        NOT NULL,
  -- What was sent, to be compared with what comes back.
  metadata          json        NOT NULL,
  -- Where the payer's browser goes. Holds the vendor's secret token: forgotten once the session is closed.
  hosted_url        text,
  status            text        NOT NULL,
  -- When the vendor's latest report of a status happened, by the vendor's clock: older reports are late ones.
  reported_at       timestamptz,
  confirmed_at      timestamptz(3) NOT NULL,
  -- When the vendor was last heard of about it.
  heard_at          timestamptz NOT NULL,
  PRIMARY KEY (key, attempt),
  CHECK ((state IN ('OPEN', 'IN_REVIEW', 'DELETING')) <= (vendor_session_id IS NOT NULL))
);
-- At most one open vendor session for each payer: the vendor would give one payment's session to the next.
CREATE UNIQUE INDEX vendor_session_one_open ON vendor_session (namespace, payer_id) WHERE state IN ('OPENING', 'OPEN', 'DELETING');
CREATE INDEX vendor_session_silent ON vendor_session (heard_at) WHERE state IN ('OPEN', 'IN_REVIEW');
ALTER TABLE vendor_session SET (fillfactor = 70, toast_tuple_target = 8160);

-- Sessions that the vendor answered with and that were not taken: known, so that they are never taken later.
CREATE TABLE refused_vendor_session (
  vendor_session_id text        PRIMARY KEY,
  key               text        NOT NULL,
  attempt           smallint    NOT NULL,
  refused_at        timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Calls to the vendor that are still to be made. A row is claimed for a time; the claim of a replica that died runs out.
CREATE TABLE vendor_task (
  kind              text        NOT NULL CHECK (kind IN ('FETCH', 'DELETE')),
  vendor_session_id text        NOT NULL,
  key               text        NOT NULL,
  -- Counts the reasons to do it: a fetch that began before the latest one is done again.
  wanted            integer     NOT NULL DEFAULT 1,
  tries             integer     NOT NULL DEFAULT 0,
  due_at            timestamptz NOT NULL,
  -- Who works on it, and until when nobody else does.
  claim             text,
  claimed_until     timestamptz,
  -- The webhook that led here, and the status that it reported: a fetch that finds the same needs no repeat.
  cause_id          text,
  reported_status   text,
  PRIMARY KEY (kind, vendor_session_id)
);
CREATE INDEX vendor_task_due ON vendor_task (due_at);
ALTER TABLE vendor_task SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- Webhooks of sessions that no row knows: claimed by the transaction that writes the row, or dead letters after an hour.
-- The message is kept byte for byte for that.
CREATE TABLE parked_webhook (
  id                bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  vendor_session_id text        NOT NULL,
  parked_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  cause_id          text        NOT NULL,
  topic             text        NOT NULL,
  partition         integer     NOT NULL,
  "offset"          bigint      NOT NULL,
  broker_time       timestamptz NOT NULL,
  message_key       bytea,
  headers           json        NOT NULL,
  value             bytea
);
CREATE INDEX parked_webhook_session ON parked_webhook (vendor_session_id);
CREATE INDEX parked_webhook_parked_at ON parked_webhook (parked_at);

-- Failed authentications in a row, for each payer. No row: none.
CREATE TABLE payer_failures (
  namespace     text        NOT NULL,
  payer_id      text        NOT NULL,
  consecutive   smallint    NOT NULL,
  blocked_until timestamptz(3),
  changed_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (namespace, payer_id)
);
