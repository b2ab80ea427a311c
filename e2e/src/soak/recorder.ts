import { createHash } from 'node:crypto';
import { type Consumer, Kafka, type KafkaMessage, logLevel } from 'kafkajs';
import type { SeenMessage } from './history';

const OWN = ['sca.requested', 'sca.decided', 'sca.session', 'sca.verdict', 'sca.redeemed', 'sca.revoked', 'sca.evidence', 'didit.event', 'audit.entry', 'audit.checkpoint'];
export const RECORDED_TOPICS: readonly string[] = [...OWN, 'sca.requested.dlq', 'sca.decided.dlq', 'didit.event.dlq', 'sca.verdict.dlq'];

/** Bodies that no check reads are not kept: a long run has a million of them. */
const BODIES: ReadonlySet<string> = new Set(['sca.session', 'sca.verdict', 'sca.redeemed', 'audit.entry', 'audit.checkpoint']);

/** Reads every topic from outside, as compliance would, and keeps what the checker needs. Survives a broker that dies. */
export class Recorder {
  readonly messages: SeenMessage[] = [];
  private readonly verdicts = new Map<string, Readonly<Record<string, unknown>>>();
  private readonly sessions = new Map<string, Readonly<Record<string, unknown>>>();
  private readonly places = new Set<string>();
  private readonly leaves = new Set<string>();
  private readonly letters = new Set<string>();

  private constructor(private readonly consumer: Consumer) {}

  static async open(brokers: readonly string[], options: { readonly fromBeginning: boolean }): Promise<Recorder> {
    const kafka = new Kafka({ clientId: 'recorder', brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 30, initialRetryTime: 100, maxRetryTime: 1000 } });
    const consumer = kafka.consumer({ groupId: `recorder-${process.pid}-${Date.now()}`, maxWaitTimeInMs: 50, sessionTimeout: 10_000, retry: { retries: 30, maxRetryTime: 1000, restartOnFailure: () => Promise.resolve(true) } });
    const recorder = new Recorder(consumer);
    await consumer.connect();
    await consumer.subscribe({ topics: [...RECORDED_TOPICS], fromBeginning: options.fromBeginning });
    const fetching = new Promise((resolve) => consumer.on(consumer.events.FETCH, resolve));
    await consumer.run({
      eachBatch: ({ batch }) => {
        for (const message of batch.messages) recorder.take(batch.topic, batch.partition, message);
        return Promise.resolve();
      },
    });
    await fetching;
    return recorder;
  }

  /** The verdict of an authentication, once it has been seen. */
  verdictOf(authenticationId: string): Readonly<Record<string, unknown>> | null {
    return this.verdicts.get(authenticationId) ?? null;
  }

  /** The latest word of `sca.session` about an authentication. */
  sessionOf(authenticationId: string): Readonly<Record<string, unknown>> | null {
    return this.sessions.get(authenticationId) ?? null;
  }

  /** Whether the log has a leaf of this message. */
  hasLeaf(source: string, id: string): boolean {
    return this.leaves.has(`${source} ${id}`);
  }

  /** Whether a message of this id lies in a dead-letter topic. */
  isDeadLettered(id: string): boolean {
    return this.letters.has(id);
  }

  async close(): Promise<void> {
    await this.consumer.disconnect();
  }

  private take(topic: string, partition: number, message: KafkaMessage): void {
    const place = `${topic}/${partition}/${message.offset}`;
    if (this.places.has(place)) return;
    this.places.add(place);
    const header = (name: string): string => String(message.headers?.[name] ?? '');
    const body = BODIES.has(topic) ? jsonOf(message.value) : null;
    const sequence = header('ce_sequence');
    this.messages.push({
      topic,
      partition,
      offset: message.offset,
      key: message.key?.toString() ?? null,
      id: header('ce_id'),
      source: header('ce_source'),
      sequence: /^\d+$/.test(sequence) ? Number(sequence) : null,
      valueHash: createHash('sha256').update(message.value ?? '').digest('base64'),
      body,
    });
    if (topic.endsWith('.dlq')) this.letters.add(header('ce_id'));
    if (body !== null) this.note(topic, body);
  }

  private note(topic: string, body: Readonly<Record<string, unknown>>): void {
    if (topic === 'sca.verdict') this.verdicts.set(String(body['authenticationId']), body);
    if (topic === 'sca.session') this.sessions.set(String(body['authenticationId']), body);
    if (topic === 'audit.entry') {
      const leaf = JSON.parse(String(body['leaf'])) as { source: string; id: string };
      this.leaves.add(`${leaf.source} ${leaf.id}`);
    }
  }
}

function jsonOf(value: Buffer | null): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(value?.toString('utf8') ?? '');
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
