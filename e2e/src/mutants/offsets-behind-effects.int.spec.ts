import { randomBytes, randomUUID } from 'node:crypto';
import type { InboundEvent } from '@assent/contracts';
import { type BatchContext, EventPattern, KafkaBatchServer, kafkaClient } from '@assent/kafka';
import { Database } from '@assent/postgres';
import { testDatabase, testKafka } from '@assent/testing';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { waitFor } from '../wait-for';

const topology = { kafkaGateways: ['demo'] };
const broker = testKafka();
const group = broker.name('behind');
const key = `behind-${randomBytes(4).toString('hex')}`;
let test: Awaited<ReturnType<typeof testDatabase>>;
let database: Database;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  await broker.createContractTopics(topology);
  test = await testDatabase('exemption-engine');
  database = new Database({ url: test.serviceUrl, schema: test.schema, poolMax: 4, eventSource: '/services/exemption-engine', topology });
});
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await database.end();
  await test.drop();
});

async function start(controller: new () => object, blocked: () => void): Promise<() => Promise<unknown>> {
  const settings = { service: 'exemption-engine', databaseUrl: test.serviceUrl, databaseSchema: test.schema, databasePoolMax: 4, kafkaBrokers: broker.brokers, kafkaClientId: group, groupId: group, topology };
  const options = { ...settings, knowsGateway: (id: string) => id === 'demo', parseDepth: 'envelope' as const, deadLetters: [] };
  const kafka = kafkaClient({ brokers: broker.brokers, clientId: group, log: () => undefined });
  const server = new KafkaBatchServer(kafka, database, options, { pipeline: ({ kind }) => kind === 'blocked' && blocked(), error: () => undefined, fatal: () => undefined });
  const module = await Test.createTestingModule({ controllers: [controller] }).compile();
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class; every caller passes an object
  const service = module.createNestMicroservice({ strategy: server, logger: false });
  await service.listen();
  const close = (): Promise<unknown> => service.close();
  closing.push(close);
  return close;
}

async function send(): Promise<void> {
  const producer = new Kafka({ brokers: broker.brokers, logLevel: logLevel.NOTHING }).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const headers = { ce_specversion: '1.0', ce_id: randomUUID(), ce_source: '/gateways/demo', ce_type: 'sca.requested.v1', ce_time: '2026-11-24T10:00:00.000Z', ce_subject: key, 'content-type': 'application/json' };
  await producer.send({ topic: 'sca.requested', messages: [{ key: `demo:${key}`, value: '{}', headers }] });
  await producer.disconnect();
}

const isOurs = (event: InboundEvent): boolean => event.key === `demo:${key}`;

describe('a message', () => {
  it('is read again by the next process when the first one ended before its commit', async () => {
    /** The database is away as soon as our message is in hand; what came before it has its effect. */
    @Controller()
    class Unlucky {
      @EventPattern('sca.requested')
      async requested(@Payload() batch: InboundEvent[], @Ctx() { tx }: BatchContext): Promise<void> {
        if (batch.some(isOurs)) await tx.query('select pg_terminate_backend(pg_backend_pid())');
      }
    }
    const seen: string[] = [];
    @Controller()
    class Lucky {
      @EventPattern('sca.requested')
      requested(@Payload() batch: InboundEvent[], @Ctx() context: BatchContext): Promise<void> {
        context.tx.afterCommit(() => seen.push(...batch.filter(isOurs).map((event) => event.key)));
        return Promise.resolve();
      }
    }
    let blocked = 0;
    await send();
    const end = await start(Unlucky, () => (blocked += 1));
    // The pauses between these grow beyond the time after which offsets are committed.
    await waitFor('the process to have waited for a while', () => blocked >= 5);
    await end();
    await start(Lucky, () => undefined);
    await waitFor('the effect', () => seen.length > 0);
    expect(seen).toEqual([`demo:${key}`]);
  });
});
