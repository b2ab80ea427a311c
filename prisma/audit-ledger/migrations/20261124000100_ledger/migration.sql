-- The log: one database holds one log. What is written to `leaf`, `tree_segment` and `checkpoint` is never changed; the run-time role could not, and a trigger refuses it to
-- everybody who has not taken the trigger away first. What it promises, what it does not, and every format: libs/domain/ledger/README.md.

-- How far the log has grown, and all that a writer needs to go on: a restart reads this row, never the log.
CREATE TABLE log_head (
  one_row   boolean PRIMARY KEY DEFAULT true CHECK (one_row),
  log_id    text   NOT NULL,
  origin    text   NOT NULL,
  size      bigint NOT NULL DEFAULT 0 CHECK (size >= 0),
  -- Roots of the complete subtrees that the log consists of, largest first, 32 bytes each.
  frontier  bytea  NOT NULL DEFAULT '' CHECK (octet_length(frontier) % 32 = 0),
  root_hash bytea  NOT NULL CHECK (octet_length(root_hash) = 32)
);
-- One row, rewritten with every batch: room in its page, and dead versions removed early.
ALTER TABLE log_head SET (fillfactor = 10, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);

-- The leaves: the exact texts that are hashed.
CREATE TABLE leaf (
  leaf_index     bigint PRIMARY KEY CHECK (leaf_index >= 0),
  leaf           text           NOT NULL,
  recorded_at    timestamptz(3) NOT NULL,
  -- What evidence is looked up by. No part of the hash; no personal data either, since rows here live for ever.
  gateway        text,
  authentication text,
  vendor_session text
);
CREATE INDEX leaf_authentication ON leaf (gateway, authentication) WHERE authentication IS NOT NULL;
CREATE INDEX leaf_vendor_session ON leaf (vendor_session) WHERE vendor_session IS NOT NULL;

-- The Merkle tree: all hashes in the order in which they come to be, each leaf's followed by those of the inner nodes that it completes. A batch is one segment,
-- so a node is found by its place, and a proof is one query for at most two nodes for each doubling of the log. It is kept apart from the leaves, so that whoever
-- changes a leaf is convicted by the tree, at that index.
CREATE TABLE tree_segment (
  first_node bigint PRIMARY KEY CHECK (first_node >= 0),
  nodes      bytea  NOT NULL CHECK (octet_length(nodes) >= 32 AND octet_length(nodes) % 32 = 0)
);
-- Hashes do not compress, and uncompressed bytes can be read in part.
ALTER TABLE tree_segment ALTER COLUMN nodes SET STORAGE EXTERNAL;

-- Signed tree heads, one for each size that was signed.
CREATE TABLE checkpoint (
  size       bigint PRIMARY KEY CHECK (size >= 0),
  root_hash  bytea          NOT NULL CHECK (octet_length(root_hash) = 32),
  note       text           NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

-- One secret for each subject, encrypted under the service's key. Destroying a row destroys everything readable about the subject, and no proof.
CREATE TABLE subject_key (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- `subject:<pseudonym>`, `authentication:<gateway>:<id>`, `vendor-session:<id>` or `month:<yyyy-mm>`.
  holder     text        NOT NULL UNIQUE,
  wrapped    bytea       NOT NULL,
  -- Which service key it is encrypted under, so that the service key can be rotated.
  wrapped_by text        NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The events themselves, encrypted under their subjects' keys. By month, so that what is past its retention goes by dropping a table; leaves stay.
CREATE TABLE sealed_event (
  leaf_index     bigint         NOT NULL,
  recorded_at    timestamptz(3) NOT NULL,
  subject_key_id bigint         NOT NULL,
  sealed         bytea          NOT NULL,
  PRIMARY KEY (leaf_index, recorded_at)
) PARTITION BY RANGE (recorded_at);
-- Encrypted bytes do not compress: do not try.
ALTER TABLE sealed_event ALTER COLUMN sealed SET STORAGE EXTERNAL;
-- Takes what no month was prepared for, so that a forgotten month never stops the log.
CREATE TABLE sealed_event_other PARTITION OF sealed_event DEFAULT;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: the log is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON leaf FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tree_segment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sealed_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stays BEFORE DELETE OR TRUNCATE ON log_head FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_shrinking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.size < OLD.size OR NEW.log_id <> OLD.log_id OR NEW.origin <> OLD.origin OR (NEW.size = OLD.size AND NEW.root_hash <> OLD.root_hash) THEN
    RAISE EXCEPTION 'the log only grows, and keeps its name' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER only_grows BEFORE UPDATE ON log_head FOR EACH ROW EXECUTE FUNCTION refuse_shrinking();

-- What depends on the schema's name: the run-time role is `assent_<schema>`.
DO $setup$
DECLARE
  schema text := current_schema();
  role   text := 'assent_' || schema;
BEGIN
  -- Makes the partition of a month where it is missing; true if it did. It runs with the owner's rights, since the run-time role creates nothing.
  EXECUTE format($function$
    CREATE FUNCTION prepare_month(day date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = %1$I, pg_temp SET timezone = 'UTC' AS $body$
    DECLARE
      first date := date_trunc('month', day);
      name  text := 'sealed_event_' || to_char(first, 'YYYY_MM');
    BEGIN
      IF to_regclass(format('%1$I.%%I', name)) IS NOT NULL THEN RETURN false; END IF;
      EXECUTE format('CREATE TABLE %1$I.%%I PARTITION OF %1$I.sealed_event FOR VALUES FROM (%%L) TO (%%L)', name, first, (first + interval '1 month')::date);
      -- Rows are reached through the parent; the partition itself is nobody's but the owner's.
      IF EXISTS (SELECT FROM pg_roles WHERE rolname = %2$L) THEN EXECUTE format('REVOKE ALL ON %1$I.%%I FROM %2$I', name); END IF;
      RETURN true;
    EXCEPTION
      -- Another replica made it in the same moment.
      WHEN duplicate_table OR unique_violation THEN RETURN false;
      -- Rows of that month went into the default partition already, and stay there.
      WHEN check_violation THEN RETURN false;
    END $body$
  $function$, schema, role);
  REVOKE ALL ON FUNCTION prepare_month(date) FROM PUBLIC;

  IF EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
    EXECUTE format('REVOKE ALL ON log_head, leaf, tree_segment, checkpoint, subject_key, sealed_event, sealed_event_other FROM %I', role);
    EXECUTE format('GRANT SELECT, INSERT ON leaf, tree_segment, checkpoint, subject_key, sealed_event TO %I', role);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON log_head TO %I', role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION prepare_month(date) TO %I', role);
  END IF;
END $setup$;
