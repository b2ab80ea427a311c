-- Decisions, the counters of Articles 11 and 16, and what became of payments.
-- How a counter moves is in libs/domain/exemption/src/counters; what must hold under any concurrency is a constraint here.

-- One row for each authentication, made by whatever comes first: its request, its verdict, or an outcome of its payment. They come on
-- different topics, so any order is possible; the row is what they wait for each other at.
CREATE TABLE authentication (
  -- `<gatewayId>:<authenticationId>`
  key                text        PRIMARY KEY,

  -- The request and the decision on it; null until the request has come.
  request_hash       text,
  decision           text        CHECK (decision IN ('EXEMPT', 'SCA_REQUIRED', 'OUT_OF_SCOPE', 'SCA_BEST_EFFORT', 'SCA_PROHIBITED', 'SCA_PERMITTED')),
  exemption          text,
  -- How often the decision was published: the event's `sequence`.
  published          integer     NOT NULL DEFAULT 0,
  decided_at         timestamptz(3),

  -- The counter that this payment is in, and its share of it; null where it is in none.
  namespace          text,
  instrument_id      text,
  counter_kind       text        CHECK (counter_kind IN ('lowValue', 'contactless')),
  currency           text,
  epoch              integer,
  share_status       text        CHECK (share_status IN ('HELD', 'RELEASED', 'COMMITTED')),
  -- Minor units of the counter's currency, as exact fractions.
  amount             numeric,
  amount_over        numeric,
  executed           numeric,
  executed_over      numeric,
  -- What was decided on, in the payment's own currency: executions are weighed against it.
  paid_minor         numeric,
  paid_currency      text,
  -- The counter that an approval of this payment resets; null where it resets none.
  resets_kind        text        CHECK (resets_kind IN ('lowValue', 'contactless')),

  verdict            text        CHECK (verdict IN ('APPROVED', 'EXEMPT', 'OUT_OF_SCOPE', 'SCA_PROHIBITED', 'DECLINED', 'EXPIRED', 'CANCELLED', 'UNAVAILABLE')),
  assurance          text        CHECK (assurance IN ('SCA', 'SINGLE_FACTOR')),
  -- When the first outcome of its payment came.
  outcome_at         timestamptz(3),

  CHECK ((request_hash IS NULL) = (decision IS NULL)),
  CHECK ((request_hash IS NULL) = (decided_at IS NULL)),
  CHECK (num_nulls(counter_kind, epoch, share_status, amount, amount_over, executed, executed_over, paid_minor, paid_currency) IN (0, 9)),
  CHECK (num_nulls(namespace, instrument_id, currency) IN (0, 3)),
  CHECK ((counter_kind IS NULL AND resets_kind IS NULL) OR instrument_id IS NOT NULL),
  CHECK (amount >= 0 AND amount_over > 0 AND executed >= 0 AND executed_over > 0)
);
-- Exemptions of which nobody has said what became of them: a metric counts the old ones.
CREATE INDEX authentication_unsettled ON authentication (decided_at) WHERE decision = 'EXEMPT' AND outcome_at IS NULL;
-- A row is inserted when a message of it is first seen, and filled in the same transaction; the verdict and the outcome rewrite it once each.
ALTER TABLE authentication SET (fillfactor = 50);

-- The body of `sca.decided` exactly as it was published, to be published again to a gateway that lost its answer. Apart from the row that is
-- rewritten, so that it is written once; text, not jsonb, so that it stays as it is.
CREATE TABLE decided (
  key  text PRIMARY KEY,
  body text NOT NULL
);

-- What a payment instrument has spent without strong customer authentication since the last one. Decisions lock the row, so that no two payments
-- see the same budget.
CREATE TABLE counter (
  namespace        text    NOT NULL,
  instrument_id    text    NOT NULL,
  kind             text    NOT NULL CHECK (kind IN ('lowValue', 'contactless')),
  -- Of the regime: another regime counts in another currency, from zero.
  currency         text    NOT NULL,
  -- Counts up with each authentication that resets; a payment decided in an earlier epoch touches nothing any more.
  epoch            integer NOT NULL DEFAULT 0 CHECK (epoch >= 0),
  -- Minor units, unrounded: exact fractions.
  committed        numeric NOT NULL DEFAULT 0 CHECK (committed >= 0),
  committed_over   numeric NOT NULL DEFAULT 1 CHECK (committed_over > 0),
  committed_count  integer NOT NULL DEFAULT 0 CHECK (committed_count >= 0),
  held             numeric NOT NULL DEFAULT 0 CHECK (held >= 0),
  held_over        numeric NOT NULL DEFAULT 1 CHECK (held_over > 0),
  held_count       integer NOT NULL DEFAULT 0 CHECK (held_count >= 0),
  updated_at       timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (namespace, instrument_id, kind, currency),
  CHECK (held_count > 0 OR held = 0)
);
ALTER TABLE counter SET (fillfactor = 70);

-- What gateways reported about payments: settles the counters, and is what the fraud books are made of.
CREATE TABLE payment_outcome (
  gateway_id          text    NOT NULL,
  outcome_id          text    NOT NULL,
  -- SHA-256 (hex) of the RFC 8785 form: the same id with other content is refused.
  content_hash        text    NOT NULL,
  -- `<gatewayId>:<authenticationId>`; null for payments that never came here.
  authentication_key  text,
  namespace           text    NOT NULL,
  instrument_id       text    NOT NULL,
  kind                text    NOT NULL CHECK (kind IN ('EXECUTED', 'DECLINED', 'REVERSED', 'REFUNDED', 'FRAUD_REPORTED')),
  amount              text    NOT NULL,
  currency            text    NOT NULL,
  occurred_at         timestamptz NOT NULL,
  -- What the gateway says of a payment that is not known here.
  instrument          text,
  remote              boolean,
  initiator           text,
  auth                text,
  -- With FRAUD_REPORTED.
  fraud_kind          text    CHECK (fraud_kind IN ('UNAUTHORISED', 'MANIPULATED', 'PAYER_FRAUD')),
  fraud_executed_at   timestamptz,
  fraud_registered_at timestamptz,
  fraud_recovered     text,
  fraud_liable        text    CHECK (fraud_liable IN ('self', 'other')),
  recorded_at         timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (gateway_id, outcome_id),
  CHECK ((kind = 'FRAUD_REPORTED') = (fraud_kind IS NOT NULL))
);
CREATE INDEX payment_outcome_authentication ON payment_outcome (authentication_key) WHERE authentication_key IS NOT NULL;
CREATE INDEX payment_outcome_fraud ON payment_outcome (fraud_registered_at) WHERE kind = 'FRAUD_REPORTED';
