import { Body, Controller, Get, HttpCode, HttpException, Module, Param, Post, Put, Query, Res, UseGuards } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { IsInt, IsString, Max, MaxLength, Min, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { ApiKeyGuard, CurrentCaller, CurrentGateway, RequireScope } from '../gateways/api-key.guard';
import type { AuthenticatedGateway, Gateway } from '../gateways/gateway';
import { GatewayRegistry } from '../gateways/gateway-registry';
import { LivenessRegistry } from '../health/liveness';
import { ReadinessRegistry } from '../health/readiness';
import { createService, type ServiceOptions } from '../lifecycle/bootstrap-service';
import { configureLogging, logFor } from '../logging/log';
import { noteAuthentication } from '../tracing/trace-context';
import { Problem } from './problem';

const CANARY = 'ES9121000418450200051332';
const KEY = 'a-good-key-with-enough-entropy-in-it';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

class Amount {
  @ApiProperty() @IsInt() @Min(1) @Max(10) minor!: number;
}
class Order {
  @ApiProperty() @IsString() @MaxLength(5) reference!: string;
  @ApiProperty() @ValidateNested() @Type(() => Amount) amount!: Amount;
}
class Paging {
  @Type(() => Number) @IsInt() @Min(0) page!: number;
}
class DatabaseGone extends Error {}

@Controller()
class SampleController {
  @Get('orders/:id')
  read(@Param('id') id: string): object {
    logFor('sample').info('reading');
    return { length: id.length };
  }

  @Post('orders')
  create(@Body() order: Order): object {
    return { order, isOrder: order instanceof Order };
  }

  @Get('list')
  list(@Query() paging: Paging): object {
    return paging;
  }

  @Post('free')
  @HttpCode(200)
  free(@Body() body: unknown): object {
    noteAuthentication('auth-12345678');
    logFor('sample').info('in the handler');
    return { body: body ?? null, bytes: Buffer.isBuffer(body) ? body.length : null };
  }

  @Put('image')
  image(@Body() body: unknown): object {
    return { bytes: Buffer.isBuffer(body) ? body.length : null };
  }

  @Get('refuse')
  refuse(): never {
    throw new Problem({ status: 409, code: 'CODE_ALREADY_USED', title: 'Used', detail: 'Ask for a new one.', errors: [{ field: 'code', message: 'was used' }], headers: { 'retry-after': '7' } });
  }

  @Get('bug')
  bug(): never {
    throw new Error(`payee ${CANARY}`);
  }

  @Get('disguised')
  disguised(): never {
    throw Object.assign(new Error(CANARY), { statusCode: 404, code: 'ENOTFOUND' });
  }

  @Get('outage')
  outage(): never {
    throw new DatabaseGone(CANARY);
  }

  @Get('text')
  text(): never {
    throw new HttpException({ message: CANARY, secret: CANARY }, 418);
  }

  @Get('late')
  async late(@Res() reply: FastifyReply): Promise<void> {
    await reply.send({ sent: true });
    throw new Error(CANARY);
  }
}

@Controller('guarded')
@UseGuards(ApiKeyGuard)
class GuardedController {
  @Get('redeem')
  @RequireScope('codes:redeem')
  redeem(@CurrentGateway() gateway: Gateway, @CurrentCaller() caller: AuthenticatedGateway): object {
    return { gateway: gateway.id, namespace: gateway.namespace, key: caller.keyId };
  }

  @Get('portrait')
  @RequireScope('portrait:write')
  portrait(): object {
    return { ok: true };
  }

  @Get('forgotten')
  forgotten(): object {
    return { ok: true };
  }
}

@Module({ controllers: [SampleController, GuardedController] })
class SampleModule {}

@Module({})
class EmptyModule {}

const settings = { httpHost: '127.0.0.1', httpPort: 0, logLevel: 'info', shutdownTimeoutMs: 1_000, otelExporterOtlpEndpoint: null } as const;
const gateways = GatewayRegistry.parse(
  JSON.stringify({ gateways: [{ id: 'acme', namespace: 'bank', kafka: false, returnOrigins: [], apiKeys: [{ id: 'acme-1', sha256: sha256(KEY), scopes: ['codes:redeem'] }] }] }),
);

let lines: string[] = [];

async function start(change: Partial<ServiceOptions> = {}): Promise<NestFastifyApplication> {
  const app = await createService({
    name: 'sample',
    module: SampleModule,
    config: settings,
    gateways,
    isInfrastructureError: (error) => error instanceof DatabaseGone,
    swagger: { title: 'Sample', description: 'A sample.' },
    ...change,
  });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

let app: NestFastifyApplication;
beforeAll(async () => {
  app = await start();
});
afterAll(() => app.close());
beforeEach(() => {
  lines = [];
  configureLogging({ service: 'sample', level: 'debug', destination: { write: (line: string) => void lines.push(line) } });
});

type Inject = Exclude<Parameters<NestFastifyApplication['inject']>[0], string>;
const call = (options: Inject, to = app) => to.inject(options);
const get = (url: string, headers: Record<string, string> = {}) => call({ method: 'GET', url, headers });
const post = (url: string, payload: string, type = 'application/json', to = app) => call({ method: 'POST', url, payload, headers: { 'content-type': type } }, to);

function expectProblem(answer: Awaited<ReturnType<typeof get>>, status: number, code: string): Record<string, unknown> {
  const problem = answer.json<Record<string, unknown>>();
  expect([answer.statusCode, problem['code'], problem['status']]).toEqual([status, code, status]);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(problem['traceId']).toBe(answer.headers['x-trace-id']);
  expect(problem['traceId']).toMatch(/^[0-9a-f]{32}$/);
  expect(problem).toMatchObject({ type: `urn:assent:problem:${code.toLowerCase().replaceAll('_', '-')}`, title: expect.any(String) as unknown });
  expect(answer.body).not.toContain(CANARY);
  return problem;
}

describe('problems (RFC 9457)', () => {
  it('given a refusal of ours, then all of it is answered, with its headers', async () => {
    const answer = await get('/refuse');
    expect(expectProblem(answer, 409, 'CODE_ALREADY_USED')).toMatchObject({ title: 'Used', detail: 'Ask for a new one.', errors: [{ field: 'code', message: 'was used' }] });
    expect(answer.headers['retry-after']).toBe('7');
  });

  it('given a bug, then 500 without its text, and the log says where, without its text', async () => {
    const problem = expectProblem(await get('/bug'), 500, 'INTERNAL');
    expect(problem['errors']).toBeUndefined();
    const failure = lines.find((line) => line.includes('request failed'));
    expect(failure).toContain('http.unit.spec.ts:');
    expect(failure).toContain(String(problem['traceId']));
    expect(lines.join('')).not.toContain(CANARY);
  });

  it('given a foreign error that carries a status, then it is a bug all the same: it says nothing about our answer', async () => {
    expectProblem(await get('/disguised'), 500, 'INTERNAL');
  });

  it('given an outage, then 503 and when to try again', async () => {
    const answer = await get('/outage');
    expectProblem(answer, 503, 'UNAVAILABLE');
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d?$/);
  });

  it("given a framework's exception with a text, then only its status is kept", async () => {
    expectProblem(await get('/text'), 418, 'HTTP_418');
  });

  it('given an unknown path or method, then 404, and the path is not repeated', async () => {
    expectProblem(await get(`/nowhere/${CANARY}`), 404, 'NOT_FOUND');
    expectProblem(await call({ method: 'DELETE', url: '/orders' }), 404, 'NOT_FOUND');
    expect(lines.join('')).not.toContain(CANARY);
  });

  it('given a URL that cannot be decoded, then 400 with a trace id, though no hook has run', async () => {
    expectProblem(await get('/orders/%zz'), 400, 'REQUEST_INVALID');
  });

  it('given a failure after the answer was sent, then the answer stands and the failure is logged', async () => {
    expect((await get('/late')).json()).toEqual({ sent: true });
    expect(lines.join('')).toContain('request failed');
  });
});

describe('bodies', () => {
  it.each([
    ['broken JSON', '{"a":', 'application/json', 400, 'REQUEST_INVALID'],
    ['a prototype in JSON', '{"__proto__":{"admin":true}}', 'application/json', 400, 'REQUEST_INVALID'],
    ['a constructor in JSON', '{"constructor":{"prototype":{"admin":true}}}', 'application/json', 400, 'REQUEST_INVALID'],
    ['text', 'hello', 'text/plain', 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['an image where none is taken', 'x', 'image/png', 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['more than 64 KiB', JSON.stringify('x'.repeat(65_536)), 'application/json', 413, 'BODY_TOO_LARGE'],
    ['a form of more than 16 KiB', `a=${'x'.repeat(16_384)}`, 'application/x-www-form-urlencoded', 413, 'BODY_TOO_LARGE'],
  ])('given %s, then it is refused', async (_, payload, type, status, code) => {
    expectProblem(await post('/free', payload, type), status, code);
  });

  it('given 64 KiB, a form, another JSON type, or nothing at all, then it is taken', async () => {
    const largest = 'x'.repeat(65_536 - 2);
    expect((await post('/free', JSON.stringify(largest))).json()).toEqual({ body: largest, bytes: null });
    expect((await post('/free', 'a=1&b=%20', 'application/x-www-form-urlencoded')).json()).toEqual({ body: { a: '1', b: ' ' }, bytes: null });
    expect((await post('/free', '{"a":1}', 'application/merge-patch+json; charset=utf-8')).json()).toEqual({ body: { a: 1 }, bytes: null });
    expect((await post('/free', '')).json()).toEqual({ body: null, bytes: null });
    expect((await call({ method: 'POST', url: '/free' })).json()).toEqual({ body: null, bytes: null });
  });

  it('given a service that wants raw bodies, then every body arrives as the bytes that came, also broken JSON and no type at all', async () => {
    const raw = await start({ rawBody: true, bodyLimit: 100 });
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'weird/type']) {
      expect((await post('/free', '{"broken', type, raw)).json()).toMatchObject({ bytes: 8 });
    }
    expect((await call({ method: 'POST', url: '/free', payload: Buffer.from([0xff, 0xfe]) }, raw)).json()).toMatchObject({ bytes: 2 });
    expectProblem(await post('/free', 'x'.repeat(101), 'application/json', raw), 413, 'BODY_TOO_LARGE');
    await raw.close();
  });

  it('given one raw route, then only its body is raw', async () => {
    const raw = await start({ rawBody: ['/free'] });
    expect((await post('/free', '{"broken', 'application/json', raw)).json()).toMatchObject({ bytes: 8 });
    expectProblem(await post('/orders', '{"broken', 'application/json', raw), 400, 'REQUEST_INVALID');
    await raw.close();
  });

  it('given image types, then their bodies arrive as bytes up to their own limit', async () => {
    const images = await start({ binaryBodies: { contentTypes: ['image/png'], limitBytes: 100_000 } });
    const put = (payload: string, type: string) => call({ method: 'PUT', url: '/image', payload, headers: { 'content-type': type } }, images);
    expect((await put('x'.repeat(100_000), 'image/png')).json()).toEqual({ bytes: 100_000 });
    expectProblem(await put('x'.repeat(100_001), 'image/png'), 413, 'BODY_TOO_LARGE');
    expectProblem(await put('x', 'image/gif'), 415, 'MEDIA_TYPE_UNSUPPORTED');
    await images.close();
  });

  it('given a path parameter of 128 characters, each percent-encoded, then it is taken', async () => {
    expect((await get(`/orders/${encodeURIComponent('€'.repeat(128))}`)).json()).toEqual({ length: 128 });
  });
});

describe('validation', () => {
  it('given a body that fits, then the controller gets an instance', async () => {
    expect((await post('/orders', '{"reference":"r1","amount":{"minor":5}}')).json()).toEqual({ order: { reference: 'r1', amount: { minor: 5 } }, isOrder: true });
  });

  it('given wrong, missing and unknown fields, then each is named by its path, without its value', async () => {
    const answer = await post('/orders', JSON.stringify({ reference: CANARY, amount: { minor: 0, extra: CANARY }, [`x${CANARY.length}`]: 1 }));
    const { errors } = expectProblem(answer, 400, 'REQUEST_INVALID') as { errors: { field: string; message: string }[] };
    expect(errors.map(({ field }) => field).sort()).toEqual(['amount.extra', 'amount.minor', 'reference', 'x24']);
    expect(errors.find(({ field }) => field === 'reference')?.message).toMatch(/shorter than or equal to 5/);
  });

  it('given a query, then it is checked and converted', async () => {
    expect((await get('/list?page=3')).json()).toEqual({ page: 3 });
    expectProblem(await get('/list?page=abc'), 400, 'REQUEST_INVALID');
    expectProblem(await get('/list?page=1&limit=2'), 400, 'REQUEST_INVALID');
  });
});

describe('trace ids', () => {
  it('given a traceparent, then its trace goes on: in the answer and in every line, also after the body has arrived', async () => {
    const answer = await call({ method: 'POST', url: '/free', payload: '{}', headers: { 'content-type': 'application/json', traceparent: TRACEPARENT } });
    expect(answer.headers['x-trace-id']).toBe('0af7651916cd43dd8448eb211c80319c');
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.map(({ message, traceId, authenticationId }) => [message, traceId, authenticationId])).toEqual([
      ['in the handler', '0af7651916cd43dd8448eb211c80319c', 'auth-12345678'],
      ['request answered', '0af7651916cd43dd8448eb211c80319c', 'auth-12345678'],
    ]);
  });

  it.each(['', 'rubbish', CANARY, `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, TRACEPARENT.toUpperCase(), `${TRACEPARENT}-more`])('given %j as traceparent, then a new trace begins', async (traceparent) => {
    const answer = await get('/orders/1', { traceparent });
    expect(answer.headers['x-trace-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(answer.headers['x-trace-id']).not.toBe('0af7651916cd43dd8448eb211c80319c');
  });

  it('given two requests, then two traces; and answers are neither cached nor sniffed', async () => {
    const [first, second] = await Promise.all([get('/orders/1'), get('/orders/2')]);
    expect(first.headers['x-trace-id']).not.toBe(second.headers['x-trace-id']);
    expect(first.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
});

describe('canaries in requests', () => {
  const TOKEN = 'hB3nVqT0m_5ZxKp9Lr2Wc8YdUeJf6GaSi1OoRt4Qk7M';

  it('given content in path, query, headers and body, then log and metrics show only the pattern of the route', async () => {
    const headers = { authorization: `Bearer ${CANARY}`, 'user-agent': CANARY, 'x-forwarded-for': CANARY, cookie: CANARY, 'content-type': 'application/json' };
    await get(`/orders/${TOKEN}?account=${CANARY}`, headers);
    await get(`/unknown/${TOKEN}?account=${CANARY}`, headers);
    await call({ method: 'POST', url: '/orders', headers, payload: JSON.stringify({ reference: CANARY, amount: { minor: CANARY } }) });
    await call({ method: 'POST', url: '/free', headers, payload: `{"${CANARY}` });
    const { body } = await get('/metrics');
    for (const canary of [CANARY, TOKEN]) {
      expect(lines.join('')).not.toContain(canary);
      expect(body).not.toContain(canary);
    }
    expect(lines.join('')).toContain('"route":"/orders/:id"');
    expect(body).toContain('http_server_request_duration_seconds_count{service="sample",method="GET",route="unmatched",status="404"}');
  });
});

describe('API keys', () => {
  const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

  it('given a known key with the scope, then the handler learns whose it is', async () => {
    expect((await get('/guarded/redeem', bearer(KEY))).json()).toEqual({ gateway: 'acme', namespace: 'bank', key: 'acme-1' });
    expect((await get('/guarded/redeem', { authorization: `bearer  ${KEY}` })).statusCode).toBe(200);
  });

  it.each([
    ['no header', {}],
    ['an empty header', { authorization: '' }],
    ['another scheme', { authorization: `Basic ${KEY}` }],
    ['the bare key', { authorization: KEY }],
    ['an unknown key', bearer('another-key-with-enough-entropy-in-it')],
    ['the hash of the key', bearer(sha256(KEY))],
    ['two keys', bearer(`${KEY}, ${KEY}`)],
    ['the key in another header', { 'x-api-key': KEY }],
  ])('given %s, then 401, and always the same answer', async (_, headers) => {
    const answer = await get('/guarded/redeem', { ...headers });
    expect(expectProblem(answer, 401, 'UNAUTHENTICATED')).toMatchObject({ title: 'No valid API key' });
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="assent"');
  });

  it('given the key in the query, then 401', async () => {
    expectProblem(await get(`/guarded/redeem?key=${KEY}`), 401, 'UNAUTHENTICATED');
  });

  it('given a key without the scope, then 403 naming the scope', async () => {
    expect(expectProblem(await get('/guarded/portrait', bearer(KEY)), 403, 'SCOPE_MISSING')).toMatchObject({ detail: 'This call needs a key with the scope portrait:write.' });
  });

  it('given a guarded handler that forgot its scope, then it is closed, not open', async () => {
    expectProblem(await get('/guarded/forgotten', bearer(KEY)), 500, 'INTERNAL');
  });
});

describe('health and documents', () => {
  it('given failing checks, then live and ready say which by name, and nothing of why', async () => {
    const sick = await start({ module: EmptyModule });
    let alive = true;
    sick.get(ReadinessRegistry).add('postgres', () => Promise.reject(new Error(CANARY)));
    sick.get(ReadinessRegistry).add('kafka', () => Promise.resolve());
    sick.get(LivenessRegistry).add('consumer', () => alive);
    const ready = await call({ method: 'GET', url: '/health/ready' }, sick);
    expect([ready.statusCode, ready.json()]).toEqual([503, { status: 'failing', checks: { postgres: 'failing', kafka: 'ok' } }]);
    expect((await call({ method: 'GET', url: '/health/live' }, sick)).json()).toEqual({ status: 'ok', checks: { consumer: 'ok' } });
    alive = false;
    const live = await call({ method: 'GET', url: '/health/live' }, sick);
    expect([live.statusCode, live.json()]).toEqual([503, { status: 'failing', checks: { consumer: 'failing' } }]);
    expect(lines.join('')).not.toContain(CANARY);
    await sick.close();
  });

  it('given a running service, then metrics, Swagger UI and OpenAPI are there', async () => {
    const scraped = await get('/metrics');
    expect(scraped.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(scraped.body).toMatch(/process_cpu_seconds_total\{service="sample"\}/);
    expect((await get('/docs')).body).toContain('swagger-ui');
    const document = (await get('/openapi.json')).json<{ paths: object; components: { securitySchemes: object } }>();
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/orders/{id}', '/guarded/redeem']) as unknown);
    expect(Object.keys(document.paths)).not.toContain('/metrics');
    expect(document.components.securitySchemes).toHaveProperty('bearer');
  });
});
