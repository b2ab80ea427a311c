-- Authentication codes, the keys that sign them, and portraits.

-- Ed25519 keys of the codes, shared by all replicas. One is current (signs), one is next (published before it signs, so that verifiers with a
-- cached key set know it in time), one is previous (still verifies what it signed). The indexes keep it at one of each.
CREATE TABLE signing_key (
  kid                text        PRIMARY KEY,
  state              text        NOT NULL CHECK (state IN ('next', 'current', 'previous', 'retired')),
  public_key         jsonb       NOT NULL,
  -- AES-256-GCM under CODE_KEY_ENCRYPTION_KEY. Destroyed when the key stops signing: what verifies needs only the public half.
  private_key_sealed bytea,
  created_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  activated_at       timestamptz,
  demoted_at         timestamptz,
  retired_at         timestamptz,
  CONSTRAINT signing_key_private_only_while_it_signs CHECK ((private_key_sealed IS NOT NULL) = (state IN ('next', 'current')))
);
CREATE UNIQUE INDEX signing_key_one_of_each_state ON signing_key (state) WHERE state <> 'retired';

-- One code for each approval, used once: redeem and revoke are conditional updates of this one row.
CREATE TABLE authentication_code (
  jti               text        PRIMARY KEY,
  -- <gatewayId>:<authenticationId>. Unique: an authentication is approved once.
  key               text        NOT NULL UNIQUE,
  gateway_id        text        NOT NULL,
  payer_id          text        NOT NULL,
  action            text        NOT NULL,
  -- What was approved, as it was shown and signed.
  binding           jsonb       NOT NULL,
  issued_at         timestamptz NOT NULL,
  expires_at        timestamptz NOT NULL,
  redeemed_at       timestamptz,
  redemption_id     text,
  redemption_reason text,
  redeemed_amount   text,
  revoked_at        timestamptz,
  revoke_reason     text,
  CONSTRAINT authentication_code_expires_after_it_is_issued CHECK (expires_at > issued_at),
  CONSTRAINT authentication_code_redeemed_whole CHECK ((redeemed_at IS NULL) = (redemption_reason IS NULL) AND (redeemed_at IS NOT NULL OR (redemption_id IS NULL AND redeemed_amount IS NULL))),
  CONSTRAINT authentication_code_revoked_whole CHECK ((revoked_at IS NULL) = (revoke_reason IS NULL))
) WITH (fillfactor = 85);
-- The approvals that a change of portrait needs are few and are looked for by payer.
CREATE INDEX authentication_code_portrait_approvals ON authentication_code (gateway_id, payer_id) WHERE action = 'portrait_replace';

-- Whether a code can be used is written once and never taken back, whoever writes the SQL.
CREATE FUNCTION authentication_code_is_used_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.redeemed_at IS NOT NULL AND (NEW.redeemed_at, NEW.redemption_id, NEW.redemption_reason, NEW.redeemed_amount)
      IS DISTINCT FROM (OLD.redeemed_at, OLD.redemption_id, OLD.redemption_reason, OLD.redeemed_amount) THEN
    RAISE EXCEPTION 'a redeemed authentication code stays as it was redeemed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF OLD.revoked_at IS NOT NULL AND (NEW.revoked_at, NEW.revoke_reason, NEW.redeemed_at) IS DISTINCT FROM (OLD.revoked_at, OLD.revoke_reason, OLD.redeemed_at) THEN
    RAISE EXCEPTION 'a revoked authentication code stays revoked' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.jti, NEW.key, NEW.gateway_id, NEW.payer_id, NEW.action, NEW.binding, NEW.issued_at, NEW.expires_at)
      IS DISTINCT FROM (OLD.jti, OLD.key, OLD.gateway_id, OLD.payer_id, OLD.action, OLD.binding, OLD.issued_at, OLD.expires_at) THEN
    RAISE EXCEPTION 'what an authentication code binds does not change' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER authentication_code_is_used_once BEFORE UPDATE ON authentication_code FOR EACH ROW EXECUTE FUNCTION authentication_code_is_used_once();

-- The face that a payer is compared with. The row stays when the image goes (deleted, or past its time): without it, deleting and storing again
-- would replace the face that approves without the payer's approval.
CREATE TABLE portrait (
  namespace    text        NOT NULL,
  payer_id     text        NOT NULL,
  -- AES-256-GCM under a key of this row, derived from PORTRAIT_ENCRYPTION_KEY; null once the image is gone.
  image_sealed bytea,
  content_type text        NOT NULL CHECK (content_type IN ('image/jpeg', 'image/png', 'image/webp')),
  -- SHA-256 of the image; null once the gateway has deleted it.
  image_sha256 bytea,
  stored_at    timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  -- When the image went.
  removed_at   timestamptz,
  -- The approval (jti of its code) by which this image replaced another one: it serves once.
  approved_by  text UNIQUE,
  PRIMARY KEY (namespace, payer_id),
  CONSTRAINT portrait_removed_whole CHECK ((image_sealed IS NULL) = (removed_at IS NOT NULL))
);
CREATE INDEX portrait_expiry ON portrait (expires_at) WHERE image_sealed IS NOT NULL;
