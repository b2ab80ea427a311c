import { Kafka, logLevel, type LogEntry } from 'kafkajs';

export interface KafkaClientOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Receives the texts of kafkajs's own log lines. */
  readonly log: (level: 'error' | 'warn' | 'info', message: string) => void;
}

const LEVELS: ReadonlyMap<logLevel, 'error' | 'warn' | 'info'> = new Map([
  [logLevel.ERROR, 'error'],
  [logLevel.WARN, 'warn'],
]);

/** kafkajs reports these several times while a group forms or a broker starts; they heal by themselves. */
const EXPECTED = /group is rebalancing|coordinator is not aware|There is no leader|This server does not host this topic-partition/i;

/**
 * One kafkajs client. Timeouts are short, because a dead socket is noticed by nothing else (kafkajs #1783): the caller retries and
 * rebuilds, and nothing is lost since PostgreSQL holds the messages.
 */
export function kafkaClient(options: KafkaClientOptions): Kafka {
  return new Kafka({
    clientId: options.clientId,
    brokers: [...options.brokers],
    connectionTimeout: 3000,
    requestTimeout: 5000,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 4 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry: LogEntry) => {
      const { message } = entry.log;
      const level = LEVELS.get(entry.level) ?? 'info';
      options.log(level === 'error' && EXPECTED.test(message) ? 'warn' : level, message);
    },
  });
}
