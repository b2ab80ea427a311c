import { readFileSync } from 'node:fs';
import path from 'node:path';
import { KafkaBatchServer } from '@assent/kafka';
import { configureLogging, createService, exemptionEngineConfig, loadConfig, Secret } from '@assent/platform';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AppModule } from '../app.module';
import { prismaClient } from '../storage/prisma';
import { API_KEY, type EngineUnderTest, GATEWAYS, newInstrument, outcomeOf, paying, request, startEngine } from '../engine-under-test.spec';

interface Vector {
  readonly id: string;
  readonly given: object;
  readonly expect: { readonly decision: string; readonly exemption: string | null; readonly reasons: string[] };
}
const { decisionVectors } = JSON.parse(readFileSync(path.resolve(__dirname, '../../../../libs/testing/vectors/exemption-vectors.json'), 'utf8')) as {
  decisionVectors: Vector[];
};

let engine: EngineUnderTest;
let app: NestFastifyApplication;
let fastify: FastifyInstance;

beforeAll(async () => {
  configureLogging({ service: 'exemption-engine', level: 'silent' });
  engine = await startEngine();
  const config = loadConfig(exemptionEngineConfig, {
    NODE_ENV: 'test',
    HTTP_PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: engine.serviceUrl,
    DATABASE_SCHEMA: engine.schema,
    KAFKA_BROKERS: '127.0.0.1:9',
    GATEWAYS_FILE: 'not read here',
    SUBJECT_REF_KEY: Buffer.alloc(32, 7).toString('base64'),
  });
  const swagger = { title: 'exemptions', description: 'under test' };
  app = await createService({
    name: 'exemption-engine',
    module: AppModule.with(config, GATEWAYS),
    config,
    gateways: GATEWAYS,
    strategy: (made) => made.get(KafkaBatchServer),
    swagger,
  });
  await app.init();
  fastify = app.getHttpAdapter().getInstance();
  await fastify.ready();
});
afterAll(async () => {
  await app.close();
  await engine.close();
});

const explain = (payload: unknown, key: string | null = API_KEY) =>
  fastify.inject({
    method: 'POST',
    url: '/v1/exemptions/explain',
    payload: JSON.stringify(payload),
    headers: { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
  });
const counters = (instrumentId: string, key = API_KEY) =>
  fastify.inject({ method: 'GET', url: `/v1/instruments/${encodeURIComponent(instrumentId)}/counters`, headers: { authorization: `Bearer ${key}` } });

describe('POST /v1/exemptions/explain', () => {
  test('agrees with every published vector', async () => {
    for (const { id, given, expect: expected } of decisionVectors) {
      const answer = await explain(given);
      const { decision, exemption, reasons } = answer.json<Vector['expect']>();
      expect({ id, status: answer.statusCode, decision, exemption, reasons }).toEqual({ id, status: 200, ...expected });
    }
  });

  test('says rule by rule what it saw and why not', async () => {
    const answer = await explain({ amount: { value: '30.01', currency: 'EUR' }, consider: ['EX13', 'EX16'] });
    const { rules, assumed } = answer.json<{ rules: { rule: string; article: string; evidence: object; reasons: object[] }[]; assumed: string[] }>();
    expect(rules.map(({ rule }) => rule)).toEqual([
      'NON_EXEMPTIBLE_ACTION',
      'SCOPE_ANONYMOUS',
      'SCOPE_MOTO',
      'SCOPE_PAYEE_INITIATED',
      'SCOPE_PSP_LOCATION',
      'EX13',
      'EX16',
      'SCOPE_ONE_LEG_OUT',
    ]);
    expect(rules.at(-2)).toMatchObject({ article: 'RTS Article 16', evidence: { singleLimit: '30.00 EUR' }, reasons: [{ code: 'AMOUNT_OVER_LIMIT' }] });
    expect(assumed).toContain('channel');
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('uses the live counters of an instrument, of the own namespace alone', async () => {
    const card = newInstrument();
    await engine.requested(['30.00', '30.00', '30.00'].map((amount) => request(paying(amount, card))));
    const ask = { instrumentId: card, amount: { value: '10.01', currency: 'EUR' } };
    expect((await explain(ask)).json()).toMatchObject({ decision: 'SCA_REQUIRED', reasons: ['CUMULATIVE_OVER_LIMIT'] });
    expect((await explain({ ...ask, amount: { value: '10.00', currency: 'EUR' } })).json()).toMatchObject({ decision: 'EXEMPT' });
    expect((await explain(ask, `${API_KEY}-other`)).json()).toMatchObject({ decision: 'EXEMPT' });
    expect((await explain({ ...ask, profile: 'UK_2021', payerPsp: 'UK', payeePsp: 'UK', amount: { value: '10.01', currency: 'GBP' } })).json()).toMatchObject({
      decision: 'EXEMPT',
    });
    expect(await engine.spent(card)).toMatchObject({ held: '90.00', heldCount: 3 });
  });

  test.each([
    ['a misspelt fact', { chanel: 'remote' }, ''],
    ['money as a number', { amount: { value: 20, currency: 'EUR' } }, 'amount.value'],
    ['an instrument that is no text', { instrumentId: 7 }, 'instrumentId'],
    ['a list', [], ''],
    ['nothing', null, ''],
  ])('%s: 400 naming the field', async (_name, payload, field) => {
    const answer = await explain(payload);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([400, expect.stringContaining('application/problem+json')]);
    expect(answer.json()).toMatchObject({ code: 'REQUEST_INVALID', errors: [{ field }] });
  });

  test.each([
    ['no key', null, 401, 'UNAUTHENTICATED'],
    ['an unknown key', 'unknown-key-0123456789abcdef', 401, 'UNAUTHENTICATED'],
    ['a key without the scope', `${API_KEY}-pay`, 403, 'SCOPE_MISSING'],
  ])('%s is refused', async (_name, key, status, code) => {
    const answer = await explain({}, key);
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
  });
});

describe('GET /v1/instruments/{id}/counters', () => {
  test('shows committed and held, unrounded, of the own namespace alone', async () => {
    const card = `${newInstrument()}/ü ?`;
    const first = request(paying('12.50', card));
    const inSek = request(
      paying('1.00', card, {
        payment: { amount: '100.00', currency: 'SEK', payee: { account: 'X1', name: 'X' } },
        facts: { fx: { unitsPerBase: '11', ageHours: 1 } },
      }),
    );
    await engine.requested([first, inSek]);
    await engine.outcome(outcomeOf(first, 'EXECUTED'));
    expect((await counters(card)).json()).toEqual({
      instrumentId: card,
      counters: [
        {
          kind: 'lowValue',
          currency: 'EUR',
          epoch: 0,
          committedAmount: '12.50',
          committedCount: 1,
          heldAmount: '9.09090909…',
          heldCount: 1,
          updatedAt: expect.stringMatching(/Z$/) as unknown,
        },
      ],
    });
    expect((await counters(card, `${API_KEY}-other`)).json()).toEqual({ instrumentId: card, counters: [] });
  });

  test('needs the scope', async () => {
    expect((await counters('card-1', `${API_KEY}-pay`)).statusCode).toBe(403);
  });
});

test('the API describes itself', async () => {
  const { paths } = (await fastify.inject({ method: 'GET', url: '/openapi.json' })).json<{ paths: Record<string, unknown> }>();
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/v1/exemptions/explain', '/v1/instruments/{instrumentId}/counters']));
});

test('every topic that this service owns the decisions of has one handler', () => {
  const patterns = [...app.get(KafkaBatchServer).getHandlers().keys()];
  expect(patterns.sort()).toEqual(['payment.outcome', 'sca.requested', 'sca.revoked', 'sca.verdict']);
});

test('every model that Prisma reads is there, column by column', async () => {
  const prisma = prismaClient({ databaseUrl: new Secret(engine.serviceUrl), databaseSchema: engine.schema });
  await expect(Promise.all([prisma.counter.findMany({ take: 1 }), prisma.authentication.findMany({ take: 1 })])).resolves.toHaveLength(2);
  await expect(prisma.counter.deleteMany({})).rejects.toThrow(/read-only|cannot execute/);
  await prisma.$disconnect();
});
