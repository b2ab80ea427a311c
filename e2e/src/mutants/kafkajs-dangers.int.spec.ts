import { EventProducer, kafkaClient } from '@assent/kafka';
import { FaultProxy, namingTheProxy, testKafka } from '@assent/testing';
import { type Consumer, type ConsumerCrashEvent, Kafka, logLevel, Partitioners } from 'kafkajs';
import { waitFor } from '../wait-for';

const broker = testKafka();
const [host, port] = broker.brokers[0]!.split(':') as [string, string];
let proxy: FaultProxy;
let topic: string;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  [topic] = (await broker.createTopics([`danger-${String(closing.length)}-${String(Date.now())}`])) as [string];
  proxy = await FaultProxy.listen({ host, port: Number(port) }, { rewrite: namingTheProxy(host, Number(port), () => proxy.port) });
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await proxy.close();
});

const direct = (): Kafka => new Kafka({ brokers: broker.brokers, logLevel: logLevel.NOTHING });

/** Everything that lies in the topic now. */
async function stored(): Promise<string[]> {
  const admin = direct().admin();
  await admin.connect();
  const [end] = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const values: string[] = [];
  const consumer: Consumer = direct().consumer({ groupId: broker.name(`reader-${Date.now()}`), maxWaitTimeInMs: 50 });
  closing.push(() => consumer.disconnect());
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({ eachMessage: ({ message }) => Promise.resolve(void values.push(String(message.value))) });
  await waitFor('the topic to be read', () => values.length >= Number(end?.high));
  return values;
}

describe('a message that the broker has stored, but whose answer is lost', () => {
  it('kafkajs’s idempotent producer: the next message is acknowledged and does not exist', async () => {
    const kafka = new Kafka({ brokers: [`127.0.0.1:${proxy.port}`], logLevel: logLevel.NOTHING, requestTimeout: 1000, enforceRequestTimeout: true });
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, createPartitioner: Partitioners.DefaultPartitioner, retry: { retries: 1, initialRetryTime: 50, maxRetryTime: 100 } });
    await producer.connect();
    closing.push(() => producer.disconnect());
    await producer.send({ topic, messages: [{ value: 'zero' }] });

    proxy.set({ kind: 'answers-lost' });
    await expect(producer.send({ topic, messages: [{ value: 'A' }] })).rejects.toThrow();
    proxy.set({ kind: 'calm' });
    await producer.connect();
    // A was written, and its number was taken back: B goes out under A's number, and the broker takes it for A once more.
    await producer.send({ topic, messages: [{ value: 'B' }] });
    expect(await stored()).toEqual(['zero', 'A']);
  }, 60_000);

  it('ours: a batch whose answer was lost is in the topic when publish resolves, and so is the next one', async () => {
    const failures: unknown[] = [];
    const producer = new EventProducer(kafkaClient({ brokers: [`127.0.0.1:${proxy.port}`], clientId: 'ours', log: () => undefined }), (error) => failures.push(error));
    closing.push(() => producer.stop());
    const record = (value: string) => ({ topic, key: 'k', headers: {}, value: Buffer.from(value) });
    await producer.publish([record('zero')]);

    proxy.set({ kind: 'answers-lost' });
    const published = producer.publish([record('A')]);
    await waitFor('the producer to notice', () => failures.length > 0);
    proxy.set({ kind: 'calm' });
    await published;
    await producer.publish([record('B')]);
    // A twice, perhaps: consumers know it by its id. Never missing, and never behind B.
    const values = await stored();
    expect(values.filter((value, i) => values.indexOf(value) === i)).toEqual(['zero', 'A', 'B']);
    expect(values.at(-1)).toBe('B');
  }, 60_000);
});

describe('a handler with a bug', () => {
  it('kafkajs alone: a TypeError ends the consumer for good, and the process stays up and idle', async () => {
    const consumer = direct().consumer({ groupId: broker.name(`dies-${Date.now()}`), maxWaitTimeInMs: 50, retry: { retries: 0 } });
    closing.push(() => consumer.disconnect());
    const crashed = new Promise<ConsumerCrashEvent>((resolve) => consumer.on(consumer.events.CRASH, resolve));
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ eachMessage: () => Promise.reject(new TypeError('a bug')) });
    const producer = direct().producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    closing.push(() => producer.disconnect());
    await producer.send({ topic, messages: [{ value: 'x' }] });
    // Ours goes on: libs/adapters/kafka/src/kafka-batch-server.int.spec.ts.
    expect((await crashed).payload.restart).toBe(false);
  }, 60_000);
});
