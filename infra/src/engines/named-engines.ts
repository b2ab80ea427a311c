import { withoutLogin } from '../migrate/database-url';
import { waitUntil } from '../process/wait-until';
import { type Engines, EngineUnavailable, type KafkaEngine, type PostgresEngine } from './engine';
import { probeKafka, probePostgres } from './probe';

/** Engines that somebody else runs and the environment names. They are used as they are: never started, never stopped. */
export function namedEngines(databaseUrl: string, brokers: readonly string[]): Engines {
  return { postgres: new NamedPostgres(databaseUrl), kafka: new NamedKafka(brokers) };
}

const ANSWER_WITHIN_MS = 15_000;

abstract class Named {
  readonly source = 'environment';
  readonly pid = null;
  abstract probe(): Promise<void>;
  abstract readonly what: string;

  async start(): Promise<void> {
    try {
      await waitUntil(() => this.probe(), { what: this.what, timeoutMs: ANSWER_WITHIN_MS, intervalMs: 250 });
    } catch (error) {
      throw new EngineUnavailable(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  exited(): null {
    return null;
  }

  async isAlive(): Promise<boolean> {
    try {
      await this.probe();
      return true;
    } catch {
      return false;
    }
  }
}

class NamedPostgres extends Named implements PostgresEngine {
  readonly what: string;

  constructor(readonly adminUrl: string) {
    super();
    this.what = `PostgreSQL at ${withoutLogin(adminUrl)} (named in DATABASE_URL)`;
  }

  async probe(): Promise<void> {
    // The stack's database may not exist yet; every server has this one.
    const url = new URL(this.adminUrl);
    url.pathname = '/postgres';
    await probePostgres(url.toString());
  }
}

class NamedKafka extends Named implements KafkaEngine {
  readonly what: string;

  constructor(readonly brokers: readonly string[]) {
    super();
    this.what = `Kafka at ${brokers.join(', ')} (named in KAFKA_BROKERS)`;
  }

  async probe(): Promise<void> {
    await probeKafka(this.brokers);
  }
}
