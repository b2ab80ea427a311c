import { randomUUID } from 'node:crypto';
import { Database } from '@assent/postgres';
import { testDatabase, testKafka } from '@assent/testing';
import { Controller } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { kafkaClient } from './client';
import { EventPattern } from './event-pattern';
import { KafkaBatchServer } from './kafka-batch-server';

const topology = { kafkaGateways: ['demo'] };
const broker = testKafka();
let test: Awaited<ReturnType<typeof testDatabase>>;
let database: Database;

beforeAll(async () => {
  await broker.createContractTopics(topology);
  test = await testDatabase('exemption-engine');
  database = new Database({ url: test.serviceUrl, schema: test.schema, poolMax: 4, eventSource: '/services/exemption-engine', topology });
});
afterAll(async () => {
  await database.end();
  await test.drop();
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 40_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('the condition was not met in 40 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('the lag of a consumer', () => {
  it('given messages that wait, tells how many before their work and none after it, once its partitions are known', async () => {
    const producer = new Kafka({ brokers: broker.brokers, logLevel: logLevel.NOTHING }).producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const key = `demo:${randomUUID()}`;
    const headers = (): Record<string, string> => ({ ce_specversion: '1.0', ce_id: randomUUID(), ce_source: '/gateways/demo', ce_type: 'payment.outcome.v1', ce_time: '2026-11-24T10:00:00.000Z', 'content-type': 'application/json' });
    const [stored] = await producer.send({ topic: 'payment.outcome', messages: Array.from({ length: 3 }, () => ({ key, value: '{}', headers: headers() })) });
    await producer.disconnect();

    @Controller()
    class Handlers {
      @EventPattern('payment.outcome')
      outcomes(): Promise<void> {
        return Promise.resolve();
      }
    }
    const told: { topic: string; partition: number; messages: number }[] = [];
    let assigned = 0;
    const groupId = broker.name('lag');
    const kafka = kafkaClient({ brokers: broker.brokers, clientId: groupId, log: () => undefined });
    const options = { service: 'exemption-engine', databaseUrl: test.serviceUrl, databaseSchema: test.schema, databasePoolMax: 4, kafkaBrokers: broker.brokers, kafkaClientId: groupId, groupId, topology, knowsGateway: () => true, parseDepth: 'envelope' as const, deadLetters: [] };
    const server = new KafkaBatchServer(kafka, database, options, {
      pipeline: () => undefined,
      error: () => undefined,
      fatal: () => undefined,
      lag: (topic, partition, messages) => void told.push({ topic, partition, messages }),
      assigned: () => void (assigned += 1),
    });
    expect(server.hasJoined()).toBe(false);
    const module = await Test.createTestingModule({ controllers: [Handlers] }).compile();
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class; every caller passes an object
    const service = module.createNestMicroservice({ strategy: server });
    await service.listen();
    try {
      const ofPartition = (): typeof told => told.filter(({ partition }) => partition === stored?.partition);
      await until(() => ofPartition().at(-1)?.messages === 0);
      expect(ofPartition()[0]?.messages).toBeGreaterThanOrEqual(3);
      expect(told.every(({ topic, messages }) => topic === 'payment.outcome' && messages >= 0)).toBe(true);
      expect(assigned).toBeGreaterThanOrEqual(1);
      expect(server.hasJoined()).toBe(true);
    } finally {
      await service.close();
    }
  }, 60_000);
});
