import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { Problem } from '../http/problem';
import { Secret } from '../secret';
import { runForAuthentication, runWithTrace } from '../tracing/trace-context';
import { configureLogging, type LogDetails, logFor, writeLine } from './log';
import { NestLog } from './nest-log';

const IBAN = 'ES9121000418450200051332';
const NAME = 'Zacharias Quintessa';
const API_KEY = 'ak_live_9Zr4TqkX0vWm2LpB7sYd';
const TOKEN = 'hB3nVqT0m_5ZxKp9Lr2Wc8YdUeJf6GaSi1OoRt4Qk7M';
const PORTRAIT = Buffer.from('a portrait of the payer').toString('base64');
const CANARIES = [IBAN, NAME, NAME.split(' ')[0]!, API_KEY, TOKEN, PORTRAIT];

let lines: string[] = [];
const log = logFor('canary');

beforeEach(() => {
  lines = [];
  configureLogging({ service: 'test', level: 'trace', destination: { write: (line: string) => void lines.push(line) } });
});

/** Logs something that does not fit the types, as a caller without them would. */
const logAnything = (details: unknown): void => log.info('logged', details as LogDetails);
const written = (): string => lines.join('\n');
const records = (): Record<string, unknown>[] => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

function expectNoCanary(): void {
  expect(lines.length).toBeGreaterThan(0);
  for (const canary of CANARIES) {
    expect(written()).not.toContain(canary);
    expect(written()).not.toContain(encodeURIComponent(canary));
  }
}

/** What a request to us looks like when somebody logs it whole. */
const request = {
  method: 'POST',
  url: `/approve/${TOKEN}/confirm`,
  originalUrl: `/approve/${TOKEN}/confirm`,
  headers: { authorization: `Bearer ${API_KEY}`, cookie: TOKEN },
  params: { token: TOKEN },
  body: { payer: { id: NAME, portrait: PORTRAIT }, payment: { payee: { account: IBAN, name: NAME }, amount: '247.50' } },
  raw: { rawHeaders: ['authorization', API_KEY] },
};

describe('canaries: what may not get into a log', () => {
  it.each([
    ['a whole request', request],
    ['a request under a name', { request }],
    ['a body', request.body],
    ['headers', request.headers],
    ['a URL in an allowed field', { route: request.url }],
    ['an object in an allowed field', { authenticationId: request.body, code: request.headers }],
    ['an array in an allowed field', { code: [IBAN, NAME], gatewayId: [API_KEY] }],
    ['a name in an allowed field', { reason: NAME, code: NAME, gatewayId: NAME, outcome: NAME }],
    ['an IBAN in an allowed field', { authenticationId: IBAN, gatewayId: `demo:${IBAN}`, code: IBAN, eventId: `x-${IBAN}`, address: IBAN }],
    ['an IBAN in lower case', { gatewayId: IBAN.toLowerCase() }],
    ['a text as fields', `${NAME} ${IBAN}`],
    ['an array as fields', [IBAN, NAME, request]],
    ['a Map', new Map([[IBAN, NAME]])],
    ['a Buffer', Buffer.from(IBAN)],
    ['keys that are content', { [IBAN]: 1, [NAME]: true }],
    ['an object that prints itself', { code: { toJSON: (): string => IBAN, toString: (): string => NAME } }],
    ['a getter that throws content', Object.defineProperty({}, 'code', { enumerable: true, get: () => { throw new Error(IBAN); } })],
    ['a proxy', new Proxy({}, { ownKeys: () => ['code'], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: IBAN }), get: () => IBAN })],
    ['a secret', { code: new Secret(API_KEY), error: new Secret(API_KEY) }],
  ])('given %s as fields, then none of it is written', (_, details) => {
    logAnything(details);
    expectNoCanary();
  });

  it.each([
    ['an error with content in its text', new Error(`payee ${NAME} ${IBAN}`)],
    ['an error of JSON.parse, which quotes its input', errorOf(() => JSON.parse(`{"payee":${NAME}`) as unknown)],
    ['an error of BigInt, which quotes its input', errorOf(() => BigInt(IBAN))],
    ['an error with content as its name', Object.assign(new Error('x'), { name: NAME, code: IBAN })],
    ['an error with content as its code', Object.assign(new Error('x'), { code: NAME })],
    ['an error with content in other properties', Object.assign(new Error('x'), { detail: `Key (account)=(${IBAN}) exists`, parameters: [NAME], hint: TOKEN, constraint: NAME })],
    ['an error whose text has lines like frames', new Error(`x\n    at ${IBAN} (${NAME}:1:1)\n    at ${TOKEN}:1:1`)],
    ['an error whose text was changed after its stack was made', Object.assign(new Error(`x\n    at ${NAME} (/a/${IBAN} b:1:1)`), { message: 'other' })],
    ['causes', new Error('a', { cause: new Error(NAME, { cause: { iban: IBAN } }) })],
    ['an aggregate', new AggregateError([new Error(IBAN)], NAME)],
    ['a refusal with content', new Problem({ status: 409, code: 'X', detail: `${NAME} ${IBAN}` })],
    ['a retry of the broker client that repeats the text of a handler', Object.assign(new Error(`${NAME} ${IBAN}`), { name: 'KafkaJSNumberOfRetriesExceeded' })],
    ['a thrown text', `${NAME} ${IBAN}`],
    ['a thrown request', request],
  ])('given %s as error, then none of it is written', (_, error) => {
    log.error('failed', { error });
    expectNoCanary();
  });

  it.each([
    ['an object', request],
    ['an error', new Error(`payee ${NAME}`)],
    ['a text with quoted content', `invalid input: "${NAME}" and '${IBAN}'`],
    ['a text with an IBAN', `account ${IBAN} refused`],
    ['a text with an IBAN in groups', 'account ES91 2100 0418 4502 0005 1332 refused'],
    ['a text with a token', `token ${TOKEN} expired`],
    ['a text with a key', `Authorization: Bearer ${API_KEY}`],
    ['a text with a portrait', `data:image/png;base64,${PORTRAIT}`],
    ['a text with a password', `cannot connect to postgres://user:${API_KEY}@db/x`],
  ])('given a library that logs %s through Nest, then none of it is written', (_, message) => {
    Logger.overrideLogger(new NestLog());
    const logger = new Logger('Library');
    logger.log(message);
    logger.error(message, request, `Error: ${NAME}\n    at x`);
    logger.warn(message, request);
    Logger.overrideLogger(false);
    expectNoCanary();
    expect(written()).not.toContain('0418 4502');
  });

  it('given any object under any allowed or other name, then its texts with a blank or an IBAN are not written', () => {
    const content = fc.constantFrom(NAME, IBAN, `x ${NAME}`, `a:${IBAN}`);
    const anything = fc.object({ key: fc.constantFrom('code', 'route', 'gatewayId', 'authenticationId', 'address', 'error', 'body', 'x'), values: [content, fc.integer(), fc.boolean()], maxDepth: 4 });
    fc.assert(
      fc.property(anything, (details) => {
        lines = [];
        logAnything(details);
        expectNoCanary();
      }),
      { numRuns: 500 },
    );
  });
});

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('what a line says', () => {
  it('given allowed fields, then they are written with time, level, service and component', () => {
    log.warn('session is silent', { vendorSessionId: '0190a0b0-0000-7000-8000-000000000001', attempts: 3, retriable: true, route: '/approve/:token', statusCode: 303 });
    expect(records()).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
        service: 'test',
        pid: process.pid,
        component: 'canary',
        message: 'session is silent',
        vendorSessionId: '0190a0b0-0000-7000-8000-000000000001',
        attempts: 3,
        retriable: true,
        route: '/approve/:token',
        statusCode: 303,
      },
    ]);
  });

  it('given fields that are dropped, then their number is written, so that the author notices', () => {
    logAnything({ payee: NAME, iban: IBAN, code: 'OK' });
    expect(records()[0]).toMatchObject({ code: 'OK', dropped: 2 });
  });

  it('given work in a trace and about an authentication, then every line inside says so, also after an await', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await runWithTrace(traceparent, async () => {
      await Promise.resolve();
      log.info('outer');
      await runForAuthentication('auth-12345678', null, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        log.info('inner');
      });
    });
    log.info('after');
    const [outer, inner, after] = records();
    expect(outer).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c' });
    expect(outer).not.toHaveProperty('authenticationId');
    expect(inner).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', authenticationId: 'auth-12345678' });
    expect(after).not.toHaveProperty('traceId');
  });

  it('given an error of the system, of PostgreSQL and of the broker client, then kind, code and place are written', () => {
    log.error('a', { error: Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port: 5432 }) });
    log.error('b', { error: Object.assign(new Error('duplicate key'), { name: 'DatabaseError', code: '23505', constraint: 'inbox_pkey', table: 'inbox', detail: IBAN }) });
    log.error('c', { error: Object.assign(new Error('Request Produce(key: 0, version: 7) timed out'), { name: 'KafkaJSRequestTimeoutError' }) });
    expect(records().map(({ error }) => error)).toEqual([
      expect.objectContaining({ type: 'Error', code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1:5432' }),
      expect.objectContaining({ type: 'DatabaseError', code: '23505', constraint: 'inbox_pkey', table: 'inbox' }),
      expect.objectContaining({ type: 'KafkaJSRequestTimeoutError', message: 'Request Produce(key: 0, version: 7) timed out' }),
    ]);
    const [first] = records().map(({ error }) => (error as { frames: string[] }).frames);
    expect(first?.[0]).toMatch(/^libs\/platform\/src\/logging\/log\.unit\.spec\.ts:\d+:\d+$/);
  });

  it('given a bug of the code, then its text is written where the text is known to come from the code alone', () => {
    log.error('bug', { error: errorOf(() => (undefined as unknown as { a: string }).a) });
    log.error('bug', { error: new Error('invariant broken: one readiness check per name') });
    expect(records().map(({ error }) => (error as { message?: string }).message)).toEqual(["Cannot read properties of undefined (reading 'a')", 'invariant broken: one readiness check per name']);
  });

  it('given a level below the configured one, then nothing is written', () => {
    configureLogging({ service: 'test', level: 'warn', destination: { write: (line: string) => void lines.push(line) } });
    log.info('quiet');
    writeLine('debug', 'x', 'quiet');
    expect(lines).toEqual([]);
  });

  it('given a message that is put together, then it does not compile', () => {
    const name: string = NAME;
    // @ts-expect-error -- a message is a literal: what varies goes into fields
    const refused = (): void => log.info(`paid to ${name}`);
    // @ts-expect-error -- a name that is not on the list of fields
    const refusedField = (): void => log.info('paid', { payee: name });
    expect([refused, refusedField]).toHaveLength(2);
  });
});
