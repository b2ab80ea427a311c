import { randomBytes, randomUUID } from 'node:crypto';
import { type InboundEvent, topicSpecs } from '@assent/contracts';
import { Database } from '@assent/postgres';
import { testDatabase, testKafka } from '@assent/testing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern as NestEventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import type { BatchContext } from './batch-context';
import { kafkaClient } from './client';
import { EventPattern } from './event-pattern';
import { EventProducer } from './event-producer';
import { KafkaBatchServer } from './kafka-batch-server';
import type { MessagingOptions } from './messaging-options';

/** What a service could write past our own decorator. */
const AnyPattern: (pattern: string) => MethodDecorator = NestEventPattern;
const AnyQuestion: (pattern: string) => MethodDecorator = MessagePattern;
const topology = { kafkaGateways: ['demo'] };
const run = randomBytes(4).toString('hex');
const broker = testKafka();
let test: Awaited<ReturnType<typeof testDatabase>>;
let database: Database;
let producer: Producer;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  await broker.createContractTopics(topology);
  test = await testDatabase('exemption-engine');
  database = new Database({ url: test.serviceUrl, schema: test.schema, poolMax: 8, eventSource: '/services/exemption-engine', topology });
  producer = new Kafka({ brokers: broker.brokers, logLevel: logLevel.NOTHING }).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});
afterAll(async () => {
  await producer.disconnect();
  await database.end();
  await test.drop();
});

const options = (groupId: string): MessagingOptions => ({
  service: 'exemption-engine',
  databaseUrl: test.serviceUrl,
  databaseSchema: test.schema,
  databasePoolMax: 8,
  kafkaBrokers: broker.brokers,
  kafkaClientId: groupId,
  groupId,
  topology,
  knowsGateway: (id) => id === 'demo',
  parseDepth: 'envelope',
  deadLetters: [],
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 40_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition was not met in 40 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Starts one replica of a service whose handlers are `controller`. */
async function replica(controller: new () => object, groupId: string, fatal = jest.fn()): Promise<KafkaBatchServer> {
  const kafka = kafkaClient({ brokers: broker.brokers, clientId: groupId, log: () => undefined });
  const server = new KafkaBatchServer(kafka, database, options(groupId), { pipeline: () => undefined, error: () => undefined, fatal });
  const module = await Test.createTestingModule({ controllers: [controller] }).compile();
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class; every caller passes an object
  const service = module.createNestMicroservice({ strategy: server });
  await service.listen();
  closing.push(() => service.close());
  return server;
}

const send = (key: string, value = '{}', id: string = randomUUID()) =>
  producer.send({
    topic: 'sca.requested',
    messages: [
      {
        key: `demo:${key}`,
        value,
        headers: { ce_specversion: '1.0', ce_id: id, ce_source: '/gateways/demo', ce_type: 'sca.requested.v1', ce_time: '2026-11-24T10:00:00.000Z', ce_subject: key, 'content-type': 'application/json' },
      },
    ],
  });

describe('the Nest transport', () => {
  it('hands whole batches to @EventPattern, in order of each key, and commits offsets behind the effects', async () => {
    const seen: string[] = [];
    @Controller()
    class Handlers {
      @EventPattern('sca.requested')
      async requested(@Payload() batch: InboundEvent[], @Ctx() context: BatchContext): Promise<void> {
        await context.tx.query('select 1');
        context.tx.afterCommit(() => seen.push(...batch.map(({ key }) => key).filter((key) => key.includes(run))));
      }
    }
    const group = broker.name('order');
    for (let i = 0; i < 5; i++) await send(`${run}-first-${i}`);
    await replica(Handlers, group);
    await until(() => seen.length === 5);
    expect(new Set(seen).size).toBe(5);

    // A replica that comes later finds them read: offsets stand behind the effects, and the inbox knows the rest.
    const admin = new Kafka({ brokers: broker.brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await until(async () => {
      const [committed] = await admin.fetchOffsets({ groupId: group, topics: ['sca.requested'] });
      const ends = await admin.fetchTopicOffsets('sca.requested');
      return ends.every(({ partition, offset }) => offset === '0' || committed?.partitions.find((p) => p.partition === partition)?.offset === offset);
    });
    await admin.disconnect();
  });

  it('hands the messages of several topics to one handler, where it names them together', async () => {
    const seen: string[] = [];
    @Controller()
    class Handlers {
      @EventPattern(['sca.requested', 'payment.outcome'])
      all(@Payload() batch: InboundEvent[], @Ctx() context: BatchContext): Promise<void> {
        context.tx.afterCommit(() => seen.push(...batch.map(({ raw, key }) => `${raw.topic} ${key}`)));
        return Promise.resolve();
      }
    }
    const outcome = { ce_specversion: '1.0', ce_id: randomUUID(), ce_source: '/gateways/demo', ce_type: 'payment.outcome.v1', ce_time: '2026-11-24T10:00:00.000Z', 'content-type': 'application/json' };
    await producer.send({ topic: 'payment.outcome', messages: [{ key: `demo:card-${run}`, value: '{}', headers: outcome }] });
    await send(`${run}-together`);
    await replica(Handlers, broker.name('together'));
    await until(() => seen.includes(`sca.requested demo:${run}-together`) && seen.includes(`payment.outcome demo:card-${run}`));
  });

  it('given a handler that throws a TypeError on one message, stays alive and handles what comes after', async () => {
    const seen: string[] = [];
    const fatal = jest.fn();
    @Controller()
    class Handlers {
      @EventPattern('sca.requested')
      requested(@Payload() batch: InboundEvent[], @Ctx() context: BatchContext): Promise<void> {
        if (batch.some(({ key }) => key === `demo:${run}-type-error`)) throw new TypeError("cannot read properties of undefined (reading 'x')");
        context.tx.afterCommit(() => seen.push(...batch.map(({ key }) => key)));
        return Promise.resolve();
      }
    }
    await replica(Handlers, broker.name('type-error'), fatal);
    await send(`${run}-type-error`);
    await send(`${run}-afterwards`);
    await until(() => seen.includes(`demo:${run}-afterwards`));
    expect(seen).not.toContain(`demo:${run}-type-error`);
    expect(fatal).not.toHaveBeenCalled();
  });

  it('given empty headers, headers that stand twice and a header called __proto__, reads on', async () => {
    const seen: string[] = [];
    @Controller()
    class Handlers {
      @EventPattern('sca.requested')
      requested(@Payload() batch: InboundEvent[], @Ctx() context: BatchContext): Promise<void> {
        context.tx.afterCommit(() => seen.push(...batch.map(({ key }) => key)));
        return Promise.resolve();
      }
    }
    await replica(Handlers, broker.name('headers'));
    const odd = Object.fromEntries([['empty', ''], ['twice', ['a', 'b']], ['__proto__', 'x'], ['constructor', 'y']]) as unknown as Record<string, string>;
    await producer.send({ topic: 'sca.requested', messages: [{ key: `demo:${run}-odd`, value: '{}', headers: odd }] });
    await send(`${run}-after-odd`);
    await until(() => seen.includes(`demo:${run}-after-odd`));
  });

  it('given a second replica that joins and leaves during work, loses and doubles nothing', async () => {
    const effects = new Map<string, number>();
    @Controller()
    class Handlers {
      @EventPattern('sca.requested')
      requested(@Payload() batch: InboundEvent[], @Ctx() context: BatchContext): Promise<void> {
        context.tx.afterCommit(() => {
          for (const { key } of batch) if (key.includes(`${run}-rebalance`)) effects.set(key, (effects.get(key) ?? 0) + 1);
        });
        return Promise.resolve();
      }
    }
    const group = broker.name('rebalance');
    await replica(Handlers, group);
    const messages = 200;
    for (let i = 0; i < messages; i++) {
      await send(`${run}-rebalance-${i}`);
      if (i === 50) await replica(Handlers, group);
      if (i === 120) await closing.pop()?.();
    }
    await until(() => effects.size === messages);
    expect([...effects.values()].every((count) => count === 1)).toBe(true);
  });

  it('refuses to start with a pattern that is no topic, two handlers for one, or a question', async () => {
    @Controller()
    class Unknown {
      @AnyPattern('sca.unheard')
      handle(): void {
        // never called
      }
    }
    @Controller()
    class Twice {
      @EventPattern('sca.requested')
      one(): void {
        // never called
      }
      @EventPattern('sca.requested')
      two(): void {
        // never called
      }
    }
    @Controller()
    class Question {
      @AnyQuestion('sca.requested')
      ask(): void {
        // never called
      }
    }
    await expect(replica(Unknown, broker.name('u'))).rejects.toThrow('no topic of the contract');
    await expect(replica(Twice, broker.name('t'))).rejects.toThrow('stands twice');
    await expect(replica(Question, broker.name('q'))).rejects.toThrow('not questions');
  });
});

describe('the producer', () => {
  it('puts a batch of several topics out, keys and headers as given, and refuses for good what the broker never takes', async () => {
    const kafka = kafkaClient({ brokers: broker.brokers, clientId: 'producer', log: () => undefined });
    const events = new EventProducer(kafka, () => undefined);
    closing.push(() => events.stop());
    await events.publish([
      { topic: 'sca.session', key: `demo:${run}`, headers: { ce_id: 'x' }, value: Buffer.from('{}') },
      { topic: 'sca.session.dlq', key: null, headers: { 'dlq-code': 'X' }, value: null },
    ]);
    const limit = Number(topicSpecs(topology).find(({ topic }) => topic === 'sca.session')?.config['max.message.bytes']);
    await expect(events.publish([{ topic: 'sca.session', key: 'k', headers: {}, value: Buffer.alloc(limit + 1) }])).rejects.toThrow('refuses');
  });
});
