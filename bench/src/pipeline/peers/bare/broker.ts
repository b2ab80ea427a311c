import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, type KafkaMessage, logLevel, type Message, Partitioners } from 'kafkajs';
import { type Hop, type PeerSettings, topicOf } from '../settings';
import { grouped } from './grouped';

const client = ({ brokers }: PeerSettings): Kafka => new Kafka({ clientId: 'bare', brokers: [...brokers], logLevel: logLevel.NOTHING });

type Publish = (hop: Hop, messages: Message[]) => Promise<void>;

/** Whatever waits goes out in one produce request; one is in flight at a time. Settles when the broker has it. */
export async function publisher(settings: PeerSettings): Promise<Publish> {
  const producer = client(settings).producer({ createPartitioner: Partitioners.DefaultPartitioner, maxInFlightRequests: 1 });
  await producer.connect();
  const send = grouped<{ hop: Hop; messages: Message[]; done: () => void }>(async (batch) => {
    const byTopic = Map.groupBy(batch, ({ hop }) => topicOf(hop, settings));
    const topicMessages = [...byTopic].map(([topic, parts]) => ({ topic, messages: parts.flatMap(({ messages }) => messages) }));
    for (let sent = false; !sent; ) {
      sent = await producer.sendBatch({ acks: -1, topicMessages }).then(
        () => true,
        () => delay(100, false),
      );
    }
    for (const { done } of batch) done();
  });
  return (hop, messages) => new Promise((done) => send({ hop, messages, done }));
}

/** Hands over whole fetched batches. An offset is committed after its batch was handled; a batch that fails is fetched again. */
export async function consume(settings: PeerSettings, group: string, hops: readonly Hop[], handle: (hop: Hop, messages: KafkaMessage[]) => Promise<void>): Promise<void> {
  const consumer = client(settings).consumer({ groupId: `bench.${settings.run}.${group}`, maxWaitTimeInMs: 50 });
  const hopOf = new Map(hops.map((hop) => [topicOf(hop, settings), hop]));
  await consumer.connect();
  await consumer.subscribe({ topics: [...hopOf.keys()], fromBeginning: true });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: 4,
    eachBatch: async (payload) => {
      const { batch } = payload;
      const hop = hopOf.get(batch.topic);
      if (hop !== undefined) await handle(hop, batch.messages);
      payload.resolveOffset(batch.lastOffset());
      await consumer.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset: String(BigInt(batch.lastOffset()) + 1n) }]);
    },
  });
  await joined;
}

export const keyOf = ({ key }: KafkaMessage): string => key?.toString() ?? '';
export const textOf = ({ value }: KafkaMessage): string => value?.toString() ?? '';
