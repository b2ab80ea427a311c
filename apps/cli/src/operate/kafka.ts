import { randomUUID } from 'node:crypto';
import type { RawRecord } from '@assent/contracts';
import { headersOf } from '@assent/kafka';
import { type Admin, type Consumer, Kafka, KafkaJSError, logLevel } from 'kafkajs';
import { unreachable, wrongUse } from '../command-end';
import { runningStack } from '../running/stack';

export interface PartitionRange {
  readonly topic: string;
  readonly partition: number;
  /** First offset to read, decimal. */
  readonly from: string;
  /** One past the last offset to read, decimal. */
  readonly to: string;
}

/** A broker that does not move for so long has gone away. */
const SILENT_AFTER_MS = 20_000;

/** The brokers of the deployment that a command is about. @throws CommandEnd where the stack file names none */
export async function brokersOf(stackFile: string): Promise<readonly string[]> {
  const { kafka } = await runningStack(stackFile);
  if (kafka === undefined || kafka.brokers.length === 0) throw wrongUse(`${stackFile} names no Kafka brokers`);
  return kafka.brokers;
}

export function operatorKafka(brokers: readonly string[]): Kafka {
  return new Kafka({
    clientId: 'assent-cli',
    brokers: [...brokers],
    connectionTimeout: 3000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 3 },
    logLevel: logLevel.NOTHING,
  });
}

/** Runs `work` with an administrator's connection. @throws CommandEnd where the broker cannot be reached */
export async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } catch (error) {
    throw asUnreachable(error);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

export function asUnreachable(error: unknown): unknown {
  return error instanceof KafkaJSError ? unreachable(`Kafka cannot be reached, or refuses (${error.name})`) : error;
}

/** What there is in these topics now. Topics that do not exist are left out. */
export async function rangesOf(admin: Admin, topics: readonly string[]): Promise<PartitionRange[]> {
  const existing = new Set(await admin.listTopics());
  const ranges = await Promise.all(
    topics
      .filter((topic) => existing.has(topic))
      .map(async (topic) => (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => ({ topic, partition, from: low, to: high }))),
  );
  return ranges.flat();
}

/**
 * Reads these ranges once, through a group of its own that is gone afterwards and that commits nothing. Records of a partition come in order.
 * Ends by itself: what is written meanwhile is not read.
 */
export async function readRanges(kafka: Kafka, ranges: readonly PartitionRange[], each: (record: RawRecord) => void): Promise<void> {
  const open = new Map(ranges.filter(({ from, to }) => BigInt(from) < BigInt(to)).map((range) => [`${range.topic}/${range.partition}`, range]));
  if (open.size === 0) return;
  const groupId = `assent-cli-${randomUUID()}`;
  const retry = { initialRetryTime: 100, maxRetryTime: 1000, retries: 3, restartOnFailure: () => Promise.resolve(false) };
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50, allowAutoTopicCreation: false, retry });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...new Set([...open.values()].map(({ topic }) => topic))], fromBeginning: true });
    await drain(consumer, ranges, open, each);
  } catch (error) {
    throw asUnreachable(error);
  } finally {
    await consumer.disconnect().catch(() => undefined);
    await withAdmin(kafka, (admin) => admin.deleteGroups([groupId])).catch(() => undefined);
  }
}

function drain(consumer: Consumer, ranges: readonly PartitionRange[], open: Map<string, PartitionRange>, each: (record: RawRecord) => void): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let watchdog: NodeJS.Timeout;
    const move = (): void => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => reject(unreachable(`Kafka has sent nothing for ${SILENT_AFTER_MS / 1000} s`)), SILENT_AFTER_MS);
    };
    const end = (settle: () => void): void => {
      clearTimeout(watchdog);
      settle();
    };
    move();
    consumer.on(consumer.events.CRASH, ({ payload }) => end(() => reject(payload.error)));
    // Positions are known only once the group has given out the partitions.
    consumer.on(consumer.events.GROUP_JOIN, () => {
      move();
      for (const { topic, partition, from } of ranges) consumer.seek({ topic, partition, offset: from });
    });
    void consumer
      .run({
        autoCommit: false,
        eachBatch: (payload) => {
          const { batch } = payload;
          move();
          const name = `${batch.topic}/${batch.partition}`;
          const range = open.get(name);
          for (const message of batch.messages) {
            const offset = BigInt(message.offset);
            if (range !== undefined && offset >= BigInt(range.from) && offset < BigInt(range.to)) each(recordOf(batch.topic, batch.partition, message));
            payload.resolveOffset(message.offset);
          }
          if (range !== undefined && BigInt(batch.lastOffset()) + 1n >= BigInt(range.to)) open.delete(name);
          if (open.size === 0) end(resolve);
          return Promise.resolve();
        },
      })
      .catch((error: unknown) => end(() => reject(error instanceof Error ? error : new Error('the consumer could not start'))));
  });
}

type Message = { offset: string; timestamp: string; key: Buffer | null; value: Buffer | null; headers?: Parameters<typeof headersOf>[0] };

const recordOf = (topic: string, partition: number, { offset, timestamp, key, value, headers }: Message): RawRecord => ({
  topic,
  partition,
  offset,
  timestamp: Number(timestamp),
  key,
  value,
  ...headersOf(headers),
});
