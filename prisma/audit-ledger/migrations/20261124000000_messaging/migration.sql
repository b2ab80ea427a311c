-- Messaging: the same four tables in every service's schema (a test holds the copies together).
-- What they promise is written in ARCHITECTURE.md, "Exactly-once effects".

-- Messages to publish. A row lives from the transaction that wrote it until the broker has acknowledged it, so the table stays small.
CREATE TABLE outbox (
  seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lane       smallint    NOT NULL, -- hash of the key; -1: refused by the broker for good, an operator must look
  topic      text        NOT NULL,
  key        text,
  headers    text        NOT NULL, -- JSON array of [name, value]
  value      text,
  encoding   smallint    NOT NULL DEFAULT 0, -- 0: key, headers and value are UTF-8 text as they stand; 1: base64, for dead letters of other bytes
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX outbox_lane_seq ON outbox (lane, seq);
-- Rows come and go all day: vacuum after few dead ones, so that a scan of an empty lane stays cheap.
ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);

-- Messages that have had their effect: (source, id, redrive) with a hash of the bytes.
CREATE TABLE inbox (
  id          text        NOT NULL,
  source      text        NOT NULL,
  redrive     smallint    NOT NULL DEFAULT 0,
  body_hash   bytea       NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (id, source, redrive)
);
CREATE INDEX inbox_received_at ON inbox USING brin (received_at);

-- Messages whose handler failed for a reason that is neither theirs nor the infrastructure's: counted before each try,
-- so that one which ends the process is found as well. Only used after a first failure.
CREATE TABLE inbox_attempt (
  topic            text        NOT NULL,
  partition        integer     NOT NULL,
  "offset"         bigint      NOT NULL,
  started_attempts integer     NOT NULL DEFAULT 0,
  first_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  last_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (topic, partition, "offset")
);
