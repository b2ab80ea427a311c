import { randomUUID } from 'node:crypto';
import { TOPICS, type TopicName } from '@assent/contracts';
import { type Consumer, type IHeaders, Kafka, logLevel } from 'kafkajs';

/** One message as a client saw it. */
export interface SeenEvent {
  /** Milliseconds of the watcher's clock. */
  readonly seenAt: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Waiting {
  readonly wanted: (event: SeenEvent) => boolean;
  readonly found: (event: SeenEvent) => void;
}

/** Reads every topic from this moment on and answers "has this happened?", also of what has happened already. */
export class EventWatcher {
  readonly events: SeenEvent[] = [];
  private readonly waiting = new Set<Waiting>();

  private constructor(
    private readonly consumer: Consumer,
    private readonly forget: () => Promise<void>,
    private readonly clock: () => number,
  ) {}

  static async open(brokers: readonly string[], clock: () => number): Promise<EventWatcher> {
    const kafka = new Kafka({ clientId: 'assent-demo', brokers: [...brokers], logLevel: logLevel.NOTHING });
    const groupId = `assent-demo-${randomUUID()}`;
    const admin = kafka.admin();
    await admin.connect();
    // Taken before anything is sent: a consumer that asks for "the latest" only once it has joined may miss what came meanwhile.
    const starts = await Promise.all(TOPICS.map(async (topic) => ({ topic, offsets: await admin.fetchTopicOffsets(topic) })));
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 20, allowAutoTopicCreation: false });
    const watcher = new EventWatcher(
      consumer,
      async () => {
        await admin.deleteGroups([groupId]);
        await admin.disconnect();
      },
      clock,
    );
    await consumer.connect();
    await consumer.subscribe({ topics: [...TOPICS], fromBeginning: false });
    const joined = new Promise<void>((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
    await consumer.run({ autoCommit: false, eachMessage: ({ topic, partition, message }) => watcher.note(topic, partition, message) });
    for (const { topic, offsets } of starts) for (const { partition, offset } of offsets) consumer.seek({ topic, partition, offset });
    await joined;
    return watcher;
  }

  private note(topic: string, partition: number, message: { offset: string; key: Buffer | null; value: Buffer | null; headers?: IHeaders }): Promise<void> {
    const headers = Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]));
    const body = message.value === null ? {} : (JSON.parse(message.value.toString('utf8')) as Record<string, unknown>);
    const event: SeenEvent = { seenAt: this.clock(), topic, partition, offset: message.offset, key: message.key?.toString('utf8') ?? null, headers, body };
    this.events.push(event);
    for (const waiting of this.waiting) if (waiting.wanted(event)) waiting.found(event);
    return Promise.resolve();
  }

  /** The first event of this topic that fits, seen already or yet to come. */
  async first(topic: TopicName, fits: (event: SeenEvent) => boolean, timeoutMs: number): Promise<SeenEvent> {
    const wanted = (event: SeenEvent): boolean => event.topic === topic && fits(event);
    const seen = this.events.find(wanted);
    if (seen !== undefined) return seen;
    return new Promise<SeenEvent>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(entry);
        reject(new Error(`no ${topic} came within ${timeoutMs / 1000} s`));
      }, timeoutMs);
      const entry: Waiting = {
        wanted,
        found: (event) => {
          clearTimeout(timer);
          this.waiting.delete(entry);
          resolve(event);
        },
      };
      this.waiting.add(entry);
    });
  }

  async close(): Promise<void> {
    await this.consumer.disconnect();
    await this.forget();
  }
}
