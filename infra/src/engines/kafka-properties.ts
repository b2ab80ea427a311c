import { TOPIC_RETENTION_MS } from '@assent/contracts';

export interface BrokerAddress {
  readonly brokerPort: number;
  readonly controllerPort: number;
  readonly data: string;
}

/** Offsets of a group that rests outlive the messages they point into: a group that comes back never skips one. */
const OFFSETS_RETENTION_MINUTES = (2 * TOPIC_RETENTION_MS) / 60_000;

/**
 * One node that is broker and controller (KRaft). Everything that a cluster keeps three times, one node keeps once.
 * Topics exist because the contracts library says so, never because somebody wrote to one.
 */
export function kafkaProperties({ brokerPort, controllerPort, data }: BrokerAddress): string {
  const properties: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${brokerPort},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${brokerPort}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': data,
    'auto.create.topics.enable': 'false',
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 10,
    'offsets.retention.minutes': OFFSETS_RETENTION_MINUTES,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    // After a crash the one node waits until its former self counts as gone: 9 s otherwise.
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 250,
    // Half of the default heap otherwise.
    'log.cleaner.dedupe.buffer.size': 20_971_520,
    'log.segment.bytes': 134_217_728,
  };
  return `${Object.entries(properties).map(([name, value]) => `${name}=${value}`).join('\n')}\n`;
}

/** Warnings and errors with their time; the broker says what it did by itself nowhere else. */
export const KAFKA_LOGGING = `appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{ISO8601} %p %m (%c{1})%n
rootLogger.level=WARN
rootLogger.appenderRef.console.ref=console
`;
