/**
 * Every topic, and the one function that says which topic a message goes to (spec: DESIGN section 1, interface section 1).
 * Topics are created from this list; nothing else names a topic.
 */
export const TOPICS = [
  'sca.requested',
  'sca.decided',
  'sca.session',
  'didit.event',
  'sca.verdict',
  'sca.revoked',
  'sca.redeemed',
  'sca.evidence',
  'compliance.event',
  'payment.outcome',
  'audit.entry',
  'audit.checkpoint',
] as const;

export type TopicName = (typeof TOPICS)[number];

/** With more than one Kafka gateway these exist once per gateway, so that none reads another's codes. */
const PER_GATEWAY: ReadonlySet<TopicName> = new Set<TopicName>(['sca.requested', 'sca.session', 'sca.verdict', 'sca.revoked', 'payment.outcome']);

const DEAD_LETTER_SUFFIX = '.dlq';

/** What the topic function needs to know of the gateways: the ids of those that speak Kafka. */
export interface GatewayTopology {
  readonly kafkaGateways: readonly string[];
}

const hasOwnTopics = (name: TopicName, gateways: GatewayTopology): boolean => PER_GATEWAY.has(name) && gateways.kafkaGateways.length > 1;

/** The topic of a message about this gateway. A gateway that speaks only REST stays on the plain topics. */
export function topicFor(name: TopicName, gatewayId: string, gateways: GatewayTopology): string {
  return hasOwnTopics(name, gateways) && gateways.kafkaGateways.includes(gatewayId) ? `${name}.${gatewayId}` : name;
}

/** All topics that carry messages of this name: the plain one, and one for each Kafka gateway where there are several. */
export function topicsOf(name: TopicName, gateways: GatewayTopology): string[] {
  return hasOwnTopics(name, gateways) ? [name, ...gateways.kafkaGateways.map((id) => `${name}.${id}`)] : [name];
}

export const deadLetterTopic = (topic: string): string => `${topic}${DEAD_LETTER_SUFFIX}`;

/** What a topic's own name says: which event it carries, whose it is (null: the plain topic), whether it holds dead letters. */
export function describeTopic(topic: string): { name: TopicName; gatewayId: string | null; deadLetter: boolean } | null {
  const deadLetter = topic.endsWith(DEAD_LETTER_SUFFIX);
  const live = deadLetter ? topic.slice(0, -DEAD_LETTER_SUFFIX.length) : topic;
  const name = TOPICS.find((t) => live === t || (PER_GATEWAY.has(t) && live.startsWith(`${t}.`)));
  if (name === undefined) return null;
  return { name, gatewayId: live === name ? null : live.slice(name.length + 1), deadLetter };
}

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Inboxes remember longer than this (postgres adapter), so that a full replay finds every message known. */
export const TOPIC_RETENTION_MS = 7 * DAY_MS;
const MESSAGE_BYTES_MAX = 1_048_576;
/** One log has one order, so its topics have one partition. */
const partitionsOf = (name: TopicName, partitions: number): number => (name.startsWith('audit.') ? 1 : partitions);

/** Every topic that must exist, dead letters included, with the settings it is created with. */
export function topicSpecs(gateways: GatewayTopology, partitions = 6): TopicSpec[] {
  return TOPICS.flatMap((name) =>
    topicsOf(name, gateways).flatMap((topic): TopicSpec[] => {
      // The broker's clock on every topic: `requestedAt` is its append time, the gateway's clock decides nothing.
      const shared = { 'cleanup.policy': 'delete', 'retention.ms': String(TOPIC_RETENTION_MS), 'message.timestamp.type': 'LogAppendTime' };
      return [
        { topic, partitions: partitionsOf(name, partitions), config: { ...shared, 'max.message.bytes': String(MESSAGE_BYTES_MAX) } },
        // A dead letter is the original and a few headers, so its topic takes a little more than the origin's.
        { topic: deadLetterTopic(topic), partitions: 1, config: { ...shared, 'max.message.bytes': String(2 * MESSAGE_BYTES_MAX) } },
      ];
    }),
  );
}
