import { type GatewayTopology, type TopicSpec, topicSpecs } from '@assent/contracts';
import { type Admin, ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { waitUntil } from '../process/wait-until';

const LEADERS_WITHIN_MS = 30_000;

/** A topic that exists otherwise than the contracts say. Reported, never changed: more partitions would move keys, and with them the order. */
export interface TopicDifference {
  readonly topic: string;
  readonly setting: string;
  readonly expected: string;
  readonly found: string;
}

export interface TopicReport {
  readonly created: readonly string[];
  readonly differences: readonly TopicDifference[];
}

/** Creates every topic of the contracts library for these gateways, dead letters included. Existing ones are compared. */
export const createContractTopics = (brokers: readonly string[], gateways: GatewayTopology, partitions?: number): Promise<TopicReport> =>
  createTopics(brokers, topicSpecs(gateways, partitions));

/** Creates the topics that are missing and compares those that are there. Safe to run at once from several places. */
export async function createTopics(brokers: readonly string[], specs: readonly TopicSpec[]): Promise<TopicReport> {
  const kafka = new Kafka({ clientId: 'assent-topics', brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 8, initialRetryTime: 100 } });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const missing = specs.filter((spec) => !existing.has(spec.topic));
    if (missing.length > 0) await create(admin, missing);
    return { created: missing.map((spec) => spec.topic), differences: await compare(admin, specs.filter((spec) => existing.has(spec.topic))) };
  } finally {
    await admin.disconnect();
  }
}

async function create(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  await admin.createTopics({
    waitForLeaders: false,
    topics: specs.map(({ topic, partitions, config }) => ({
      topic,
      numPartitions: partitions,
      // The broker's default: one node keeps one copy, a cluster as many as it is set up for.
      replicationFactor: -1,
      configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
    })),
  });
  // Also where another run made them a moment ago: the broker acknowledges a topic before it can be written to.
  await waitUntil(() => requireLeaders(admin, specs.map((spec) => spec.topic)), { what: 'new topics', timeoutMs: LEADERS_WITHIN_MS });
}

async function requireLeaders(admin: Admin, names: string[]): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: names });
  const waiting = topics.filter(({ partitions }) => partitions.length === 0 || partitions.some(({ leader }) => leader < 0));
  if (waiting.length > 0) throw new Error(`${waiting.map(({ name }) => name).join(', ')} still without a leader`);
}

async function compare(admin: Admin, specs: readonly TopicSpec[]): Promise<TopicDifference[]> {
  if (specs.length === 0) return [];
  const { topics } = await admin.fetchTopicMetadata({ topics: specs.map((spec) => spec.topic) });
  const partitions = new Map(topics.map((topic) => [topic.name, topic.partitions.length]));
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: specs.map(({ topic, config }) => ({ type: ConfigResourceTypes.TOPIC, name: topic, configNames: Object.keys(config) })),
  });
  const configs = new Map(resources.map((resource) => [resource.resourceName, new Map(resource.configEntries.map((entry) => [entry.configName, entry.configValue]))]));
  return specs.flatMap((spec) => differencesOf(spec, partitions.get(spec.topic) ?? 0, configs.get(spec.topic) ?? new Map<string, string>()));
}

function differencesOf(spec: TopicSpec, partitions: number, config: ReadonlyMap<string, string>): TopicDifference[] {
  const settings: [setting: string, expected: string, found: string][] = [
    ['partitions', String(spec.partitions), String(partitions)],
    ...Object.entries(spec.config).map(([name, expected]): [string, string, string] => [name, expected, config.get(name) ?? 'not set']),
  ];
  return settings.filter(([, expected, found]) => expected !== found).map(([setting, expected, found]) => ({ topic: spec.topic, setting, expected, found }));
}
