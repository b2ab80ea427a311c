import { type Consumer, Kafka, logLevel } from 'kafkajs';
import { waitFor } from './wait-for';

/** A message as an outsider sees it. */
export interface Seen {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
  /** The value as JSON, or null where it is none. */
  readonly body: Record<string, unknown> | null;
}

/** After a broker's crash the group waits for the member that this reader was before: with the usual half minute a test would wait for itself. */
const BACK_SOON = { sessionTimeout: 6000, heartbeatInterval: 1500, rebalanceTimeout: 10_000, retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 5 } };

/** Reads topics from now on with a group of its own, as compliance would. Nothing of ours but the topic names. */
export class TopicReader {
  readonly seen: Seen[] = [];
  private readonly positions = new Set<string>();
  private constructor(private readonly consumer: Consumer) {}

  static async open(brokers: readonly string[], topics: readonly string[], name: string): Promise<TopicReader> {
    const kafka = new Kafka({ clientId: name, brokers: [...brokers], logLevel: logLevel.NOTHING });
    const groupId = `${name}-${process.pid}-${Date.now()}`;
    const ends = await endsOf(kafka, topics);
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50, ...BACK_SOON });
    const reader = new TopicReader(consumer);
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    const fetching = new Promise((resolve) => consumer.on(consumer.events.FETCH, resolve));
    await consumer.run({
      eachMessage: ({ topic, partition, message }) => {
        if (reader.knows(`${topic}/${partition}/${message.offset}`)) return Promise.resolve();
        const headers = Object.fromEntries(Object.entries(message.headers ?? {}).map(([header, value]) => [header, String(Array.isArray(value) ? value.at(-1) : value)]));
        reader.seen.push({ topic, partition, offset: message.offset, key: message.key?.toString() ?? null, headers, value: message.value, body: jsonOf(message.value) });
        return Promise.resolve();
      },
    });
    for (const end of ends) consumer.seek(end);
    await joined;
    await fetching;
    return reader;
  }

  /** A reader that lost its broker reads some messages again; they are there once all the same. */
  private knows(position: string): boolean {
    const known = this.positions.has(position);
    this.positions.add(position);
    return known;
  }

  /** All messages of a topic about one authentication, in order. */
  about(topic: string, authenticationId: string): Seen[] {
    return this.seen.filter((message) => message.topic === topic && (message.body?.['authenticationId'] === authenticationId || message.key?.endsWith(`:${authenticationId}`) === true));
  }

  next(topic: string, authenticationId: string, matches: (message: Seen) => boolean = () => true, timeoutMs?: number): Promise<Seen> {
    return waitFor(`${topic} of ${authenticationId}`, () => this.about(topic, authenticationId).find(matches), timeoutMs);
  }

  close(): Promise<void> {
    return this.consumer.disconnect();
  }
}

/** Where each partition ends now. A reader that joins anew later goes on from what it has committed, or reads from the beginning and finds what it knows. */
async function endsOf(kafka: Kafka, topics: readonly string[]): Promise<{ topic: string; partition: number; offset: string }[]> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = await Promise.all(topics.map(async (topic) => (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({ topic, partition, offset: high }))));
  await admin.disconnect();
  return ends.flat();
}

function jsonOf(value: Buffer | null): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(value?.toString('utf8') ?? '');
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
