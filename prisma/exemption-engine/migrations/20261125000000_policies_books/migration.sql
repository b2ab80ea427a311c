-- Policies as versioned data, what payers approved about payees and series, fraud books and band states.

-- Policies of a namespace. A version never changes: a draft that is wrong is followed by another draft. Version 1 is the one that comes with the
-- engine and has no row.
CREATE TABLE policy_version (
  namespace    text           NOT NULL,
  version      integer        NOT NULL CHECK (version > 1),
  -- The file as it was checked, with its version; text, so that it stays as it is.
  body         text           NOT NULL,
  body_hash    text           NOT NULL,
  -- Id of the API key, never the key.
  created_by   text           NOT NULL,
  created_at   timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  published_at timestamptz(3),
  PRIMARY KEY (namespace, version)
);

CREATE FUNCTION policy_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.body IS DISTINCT FROM OLD.body OR NEW.version IS DISTINCT FROM OLD.version
     OR (OLD.published_at IS NOT NULL AND NEW.published_at IS DISTINCT FROM OLD.published_at) THEN
    RAISE EXCEPTION 'a version of a policy never changes';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER policy_version_stays BEFORE UPDATE OR DELETE ON policy_version FOR EACH ROW EXECUTE FUNCTION policy_version_stays();

-- Which version holds now. No row: version 1.
CREATE TABLE policy_current (
  namespace  text           PRIMARY KEY,
  version    integer        NOT NULL CHECK (version >= 1),
  changed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

-- Every change of what holds, for ever.
CREATE TABLE policy_change (
  namespace        text           NOT NULL,
  seq              bigint         GENERATED ALWAYS AS IDENTITY,
  kind             text           NOT NULL CHECK (kind IN ('PUBLISHED', 'ROLLED_BACK')),
  version          integer        NOT NULL,
  previous_version integer        NOT NULL,
  reason           text           NOT NULL,
  changed_by       text           NOT NULL,
  changed_at       timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (namespace, seq)
);

-- What the books need of a decided request, beside its published body: written once.
ALTER TABLE decided
  ADD COLUMN namespace   text,
  ADD COLUMN payer_id    text,
  ADD COLUMN instrument  text,
  ADD COLUMN remote      boolean,
  ADD COLUMN initiator   text,
  -- Units of the payment's currency for one of the regime's, as an exact fraction.
  ADD COLUMN rate        numeric,
  ADD COLUMN rate_over   numeric,
  -- JSON: what an approval changes (a list entry, a series, the age of the last authentication); null where nothing.
  ADD COLUMN on_approval text;

-- The one retry that a soft decline allows.
CREATE TABLE soft_decline_retry (
  earlier_key text PRIMARY KEY,
  retry_key   text NOT NULL UNIQUE
);

-- Trusted beneficiaries (Article 13). A row comes only from an approved authentication for exactly this payee.
CREATE TABLE trusted_payee (
  namespace  text           NOT NULL,
  payer_id   text           NOT NULL,
  -- In normal form.
  account    text           NOT NULL,
  name       text           NOT NULL,
  -- Whether the approval was by strong customer authentication, and still stands.
  sca        boolean        NOT NULL,
  -- `<gatewayId>:<authenticationId>` of the approval.
  approved_by text          NOT NULL,
  approved_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (namespace, payer_id, account)
);
CREATE INDEX trusted_payee_approval ON trusted_payee (approved_by);

-- Series of payments (Article 14): amount and payee as approved, and the first payment.
CREATE TABLE payment_series (
  namespace      text           NOT NULL,
  payer_id       text           NOT NULL,
  series_id      text           NOT NULL,
  amount_minor   numeric        NOT NULL CHECK (amount_minor > 0),
  currency       text           NOT NULL,
  account        text           NOT NULL,
  name           text           NOT NULL,
  sca            boolean        NOT NULL,
  approved_by    text           NOT NULL,
  approved_at    timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  first_paid_by  text,
  first_paid_sca boolean,
  CHECK ((first_paid_by IS NULL) = (first_paid_sca IS NULL)),
  PRIMARY KEY (namespace, payer_id, series_id)
);
CREATE INDEX payment_series_approval ON payment_series (approved_by);
CREATE INDEX payment_series_first ON payment_series (first_paid_by) WHERE first_paid_by IS NOT NULL;

-- When a payer last authenticated for access to accounts (Articles 10, 10a).
CREATE TABLE access_authentication (
  namespace        text           NOT NULL,
  payer_id         text           NOT NULL,
  via              text           NOT NULL CHECK (via IN ('direct', 'aisp')),
  authenticated_at timestamptz(3) NOT NULL,
  approved_by      text           NOT NULL,
  PRIMARY KEY (namespace, payer_id, via)
);
CREATE INDEX access_authentication_approval ON access_authentication (approved_by);

-- Approvals that no longer stand. They may be known before the approval itself is: the topics are two.
CREATE TABLE revoked_approval (
  key        text           PRIMARY KEY,
  revoked_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

-- Article 19: the rate of each quarter as it was when the quarter was closed.
CREATE TABLE closed_quarter (
  namespace   text           NOT NULL,
  instrument  text           NOT NULL CHECK (instrument IN ('card', 'credit_transfer')),
  quarter     text           NOT NULL CHECK (quarter ~ '^\d{4}-Q[1-4]$'),
  -- Minor units of this currency.
  currency    text           NOT NULL,
  fraud_value numeric        NOT NULL CHECK (fraud_value >= 0),
  total_value numeric        NOT NULL CHECK (total_value >= 0),
  closed_at   timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (namespace, instrument, quarter)
);

-- Article 20: the state of each band.
CREATE TABLE band_state (
  namespace  text           NOT NULL,
  instrument text           NOT NULL CHECK (instrument IN ('card', 'credit_transfer')),
  -- Upper end of the band, minor units.
  threshold  numeric        NOT NULL CHECK (threshold > 0),
  currency   text           NOT NULL,
  state      text           NOT NULL CHECK (state IN ('NOT_QUALIFIED', 'ACTIVE', 'WARNED', 'CEASED', 'RECOVERABLE')),
  changed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (namespace, instrument, currency, threshold)
);

CREATE INDEX payment_outcome_executed ON payment_outcome (namespace, occurred_at) WHERE kind = 'EXECUTED';
CREATE INDEX payment_outcome_fraud_executed ON payment_outcome (namespace, fraud_executed_at) WHERE kind = 'FRAUD_REPORTED';
