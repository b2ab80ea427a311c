/** Where an engine comes from, in the order in which they are looked for (DESIGN section 5). */
export type EngineSource = 'environment' | 'docker' | 'local';

/** A PostgreSQL server or a Kafka broker that the stack stands on. */
export interface Engine {
  readonly source: EngineSource;
  /** Its process where we run it ourselves, else null. */
  readonly pid: number | null;
  /** Starts it where it is ours to start, and returns when it answers. May be called again after it died. */
  start(): Promise<void>;
  /** Stops it where it is ours to stop; its data stays. */
  stop(): Promise<void>;
  isAlive(): Promise<boolean>;
  /** Settles when the running process ends by itself. Null where it is not ours. */
  exited(): Promise<unknown> | null;
}

export interface PostgresEngine extends Engine {
  /** A log-in that may create databases and roles; its database is the stack's. */
  readonly adminUrl: string;
}

export interface KafkaEngine extends Engine {
  readonly brokers: readonly string[];
}

export interface Engines {
  readonly postgres: PostgresEngine;
  readonly kafka: KafkaEngine;
}

/** An engine that cannot run here. The message says what to install or to set. */
export class EngineUnavailable extends Error {
  override readonly name = 'EngineUnavailable';
}
