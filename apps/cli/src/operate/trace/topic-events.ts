import { describeTopic, type RawRecord, type TopicName } from '@assent/contracts';
import { type Admin, type Kafka, Partitioners } from 'kafkajs';
import { type PartitionRange, readRanges, withAdmin } from '../kafka';
import { saysOf, type TraceEvent } from './trace-event';

/** The topics whose key is the authentication. Webhooks have the vendor session's, which these name. */
const KEYED: ReadonlySet<TopicName> = new Set<TopicName>(['sca.requested', 'sca.decided', 'sca.session', 'sca.verdict', 'sca.revoked', 'sca.redeemed', 'sca.evidence']);

/** What the topics hold of an authentication since a time: only the partitions that its keys go to are read. @throws CommandEnd where the broker cannot be reached */
export async function topicEvents(kafka: Kafka, key: string, sinceMs: number): Promise<TraceEvent[]> {
  const topics = await withAdmin(kafka, async (admin) => (await admin.listTopics()).filter((topic) => describeTopic(topic)?.deadLetter === false));
  const keyed = topics.filter((topic) => KEYED.has(describeTopic(topic)?.name ?? 'audit.entry'));
  const records = await recordsOf(kafka, keyed, [key], sinceMs);
  const sessions = [...new Set(records.flatMap(vendorSessionOf))];
  const webhooks = await recordsOf(kafka, topics.filter((topic) => describeTopic(topic)?.name === 'didit.event'), sessions, sinceMs);
  return [...records, ...webhooks].map(eventOf).sort((a, b) => a.time.localeCompare(b.time));
}

async function recordsOf(kafka: Kafka, topics: readonly string[], keys: readonly string[], sinceMs: number): Promise<RawRecord[]> {
  if (keys.length === 0) return [];
  const ranges = await withAdmin(kafka, async (admin) => (await Promise.all(topics.map((topic) => rangesFor(admin, topic, keys, sinceMs)))).flat());
  const found: RawRecord[] = [];
  await readRanges(kafka, ranges, (record) => {
    if (keys.includes(record.key?.toString('utf8') ?? '')) found.push(record);
  });
  return found;
}

/** Producers choose the partition by the key (murmur2, as Java's do), so that is where its messages are. */
async function rangesFor(admin: Admin, topic: string, keys: readonly string[], sinceMs: number): Promise<PartitionRange[]> {
  const [ends, starts] = await Promise.all([admin.fetchTopicOffsets(topic), admin.fetchTopicOffsetsByTimestamp(topic, sinceMs)]);
  const partitionMetadata = ends.map(({ partition }) => ({ partitionId: partition, partitionErrorCode: 0, leader: 0, replicas: [], isr: [] }));
  const partitionOf = Partitioners.DefaultPartitioner();
  const wanted = new Set(keys.map((key) => partitionOf({ topic, partitionMetadata, message: { key, value: null } })));
  const startOf = new Map(starts.map(({ partition, offset }) => [partition, offset]));
  return ends
    .filter(({ partition }) => wanted.has(partition))
    .map(({ partition, low, high }) => ({ topic, partition, from: later(low, startOf.get(partition) ?? low), to: high }));
}

const later = (a: string, b: string): string => (BigInt(a) > BigInt(b) ? a : b);

function vendorSessionOf(record: RawRecord): string[] {
  const body = bodyOf(record);
  const id = typeof body === 'object' && body !== null && 'vendorSessionId' in body ? body.vendorSessionId : null;
  return typeof id === 'string' ? [id] : [];
}

function eventOf(record: RawRecord): TraceEvent {
  const header = (name: string): string => record.headers[name]?.toString('utf8') ?? '';
  const [type, source] = [header('ce_type'), header('ce_source')];
  const brokerTime = new Date(record.timestamp).toISOString();
  return {
    source,
    id: header('ce_id'),
    type,
    time: source.startsWith('/services/') ? header('ce_time') || brokerTime : brokerTime,
    says: saysOf(type, bodyOf(record)),
    redrive: Number(header('dlq-redrive')) || 0,
    leafIndex: null,
    position: `${record.topic}/${record.partition}/${record.offset}`,
  };
}

function bodyOf({ value }: RawRecord): unknown {
  try {
    return JSON.parse(value?.toString('utf8') ?? 'null');
  } catch {
    return null;
  }
}
