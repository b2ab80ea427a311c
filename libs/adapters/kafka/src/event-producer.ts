import { setTimeout as delay } from 'node:timers/promises';
import type { OutboundRecord } from '@assent/contracts';
import { RefusedForGood } from '@assent/postgres';
import { KafkaJSProtocolError, type IHeaders, Partitioners, type Kafka, type Message, type Producer } from 'kafkajs';

/** Broker answers that a repeat cannot change. Everything else (no leader, no such topic yet, timeouts) is waited for. */
const FOR_GOOD: ReadonlySet<string> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'TOPIC_AUTHORIZATION_FAILED', 'INVALID_TOPIC_EXCEPTION']);
const RETRY_FIRST_MS = 100;
const RETRY_LAST_MS = 2000;

/**
 * Sends batches, one at a time, and holds on to a batch until the broker has it. Not idempotent in kafkajs's sense on purpose: its
 * idempotent producer can lose an acknowledged message after a lost reply (reliability, fact 1). A batch whose reply was lost is
 * simply sent again, by a new producer, and consumers drop what they know.
 */
export class EventProducer {
  private producer: Producer | undefined;
  private stopped = false;

  constructor(
    private readonly kafka: Kafka,
    private readonly report: (error: unknown) => void,
  ) {}

  /** Resolves once all in-sync replicas have the batch. Rejects with `RefusedForGood`, or when `stop` was called meanwhile. */
  async publish(records: readonly OutboundRecord[]): Promise<void> {
    for (let waitMs = RETRY_FIRST_MS; ; waitMs = Math.min(waitMs * 2, RETRY_LAST_MS)) {
      if (this.stopped) throw new Error('the producer was stopped');
      try {
        const producer = await this.connected();
        await producer.sendBatch({ acks: -1, topicMessages: byTopic(records) });
        return;
      } catch (error) {
        if (isForGood(error)) throw new RefusedForGood('the broker refuses the batch', { cause: error });
        this.report(error);
        await this.discard();
        await delay(waitMs * (0.75 + Math.random() / 2));
      }
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.discard();
  }

  private async connected(): Promise<Producer> {
    if (this.producer !== undefined) return this.producer;
    const producer = this.kafka.producer({
      allowAutoTopicCreation: false,
      idempotent: false,
      maxInFlightRequests: 1,
      metadataMaxAge: 30_000,
      createPartitioner: Partitioners.DefaultPartitioner,
      // Its own retries cover a leader that moves; whatever lasts longer is ours, with a new producer.
      retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 2 },
    });
    await producer.connect();
    this.producer = producer;
    return producer;
  }

  private async discard(): Promise<void> {
    const producer = this.producer;
    this.producer = undefined;
    await producer?.disconnect().catch(() => undefined);
  }
}

function byTopic(records: readonly OutboundRecord[]): { topic: string; messages: Message[] }[] {
  const topics = new Map<string, Message[]>();
  for (const { topic, key, value, headers, repeatedHeaders } of records) {
    let messages = topics.get(topic);
    if (messages === undefined) topics.set(topic, (messages = []));
    messages.push({ key, value, headers: repeatedHeaders === undefined ? headers : withRepeated(headers, repeatedHeaders) });
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}

function withRepeated(headers: OutboundRecord['headers'], repeated: NonNullable<OutboundRecord['repeatedHeaders']>): IHeaders {
  const all: IHeaders = { ...headers };
  for (const name of new Set(repeated.map(([n]) => n))) {
    const last = Object.hasOwn(headers, name) ? headers[name] : undefined;
    all[name] = [...repeated.filter(([n]) => n === name).map(([, value]) => value), ...(last === undefined ? [] : [last])];
  }
  return all;
}

function isForGood(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof KafkaJSProtocolError && FOR_GOOD.has(cause.type)) return true;
  }
  return false;
}
