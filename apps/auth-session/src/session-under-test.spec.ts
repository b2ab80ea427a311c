/** Not a test: the whole service on a real PostgreSQL, behind its real HTTP, with a vendor behind real HTTP. Messages go in and out without a broker. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Global, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { type DeadLetterCode, type DiditEventV1, EVENT_EXAMPLES, type InboundEvent, requestHash, type ScaDecidedV1, type ScaRequestedV1 } from '@assent/contracts';
import { bindingOf, shownHash } from '@assent/domain-linking';
import { configureLogging, createService, GatewayRegistry, Secret } from '@assent/platform';
import { Database, isInfrastructureError, QueueFull } from '@assent/postgres';
import { testDatabase } from '@assent/testing';
import { AuthSessionModule } from './auth-session.module';
import { ApprovalLinks } from './authentication/approval-links';
import { REDEEM_BODY_LIMIT_BYTES } from './codes';
import { DecidedConsumer } from './decided/decided.consumer';
import { PORTRAIT_BODIES } from './portraits';
import type { Settings } from './settings';
import { Expiry } from './timers/expiry';
import { Reconciler } from './timers/reconciler';
import { startVendor, type VendorUnderTest, WORKFLOW } from './vendor-under-test.spec';
import { DiditEventConsumer } from './webhooks/didit-event.consumer';

export const ORIGIN = 'https://approve.example';
export const API_KEYS = { demo: 'key-of-the-demo-gateway-0001', rest: 'key-of-the-rest-gateway-0001' } as const;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const SCOPES = ['authentications:write', 'authentications:read', 'codes:redeem'];
const gateway = (id: 'demo' | 'rest', kafka: boolean) => ({ id, kafka, returnOrigins: ['https://shop.example'], apiKeys: [{ id: `${id}-key`, sha256: sha256(API_KEYS[id]), scopes: SCOPES }] });

export interface Published {
  readonly type: string;
  readonly topic: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
  readonly value: string;
}

export interface DeadLettered {
  readonly code: DeadLetterCode;
  readonly reason: string;
}

/** `replicaOf`: another process of the same service, on the same database and with the same vendor. */
export async function startSession(overrides: Partial<Settings> = {}, replicaOf: { disposable: Awaited<ReturnType<typeof testDatabase>>; vendor: VendorUnderTest; settings: Settings } | null = null) {
  configureLogging({ service: 'auth-session', level: process.env['LOG_LEVEL'] === 'debug' ? 'debug' : 'silent' });
  const [disposable, vendor] = replicaOf === null ? await Promise.all([testDatabase('auth-session'), startVendor()]) : [replicaOf.disposable, replicaOf.vendor];
  const open = (url: string): Database => new Database({ url, schema: disposable.schema, poolMax: 12, eventSource: '/services/auth-session', topology: { kafkaGateways: ['demo'] } });
  const database = open(disposable.serviceUrl);
  const owner = open(disposable.url);
  const secret = (): Secret<Buffer> => new Secret(randomBytes(32));
  const settings = {
    nodeEnv: 'test', logLevel: 'silent', httpHost: '127.0.0.1', httpPort: 0, databaseSchema: disposable.schema, databasePoolMax: 12, shutdownTimeoutMs: 5000,
    otelExporterOtlpEndpoint: null, publicBaseUrl: ORIGIN, approvalTokenSecret: secret(), subjectRefKey: secret(), codeIssuer: 'assent-test', codeTtlSeconds: 600,
    codeKeyEncryptionKey: secret(), portraitEncryptionKey: secret(), portraitTtlDays: 30, diditBaseUrl: vendor.baseUrl, diditApiKey: new Secret('vendor-api-key'),
    diditWorkflowId: WORKFLOW, diditApplicationId: 'app', diditEnvironment: 'sandbox', diditTimeoutMs: 1000, allowSingleFactor: true, payerFailuresMax: 5, payerBlockSeconds: 1800, reconcileAfterSeconds: 3600, ...replicaOf?.settings, ...overrides,
  } as unknown as Settings;

  @Global()
  @Module({ providers: [{ provide: Database, useValue: database }], exports: [Database] })
  class DatabaseModule {}

  const app: NestFastifyApplication = await createService({
    name: 'auth-session',
    module: { module: class Root {}, imports: [DatabaseModule, AuthSessionModule.forRoot(settings)] },
    config: settings,
    gateways: GatewayRegistry.parse(JSON.stringify({ gateways: [gateway('demo', true), gateway('rest', false)] })),
    bodyLimit: REDEEM_BODY_LIMIT_BYTES,
    binaryBodies: PORTRAIT_BODIES,
    isInfrastructureError: (error) => isInfrastructureError(error) || error instanceof QueueFull,
    swagger: { title: 'test', description: 'test' },
    ownsProcess: false,
  });
  await app.init();
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  await fastify.ready();
  const links = app.get(ApprovalLinks);

  const inject = (request: InjectOptions): Promise<LightMyRequestResponse> => fastify.inject(request);
  const keyOf = (authenticationId: string, gatewayId = 'demo'): string => `${gatewayId}:${authenticationId}`;

  async function handle<Body>(events: readonly InboundEvent<Body>[], handler: (batch: InboundEvent<Body>[], context: never) => Promise<void>): Promise<DeadLettered[]> {
    const dead: DeadLettered[] = [];
    await database.transaction(async (tx) => {
      dead.length = 0;
      await handler([...events], { tx, deadLetter: (_event: InboundEvent, code: DeadLetterCode, reason: string) => void dead.push({ code, reason }) } as never);
    });
    return dead;
  }

  async function published(key?: string): Promise<Published[]> {
    const { rows } = await owner.query<{ topic: string; key: string; headers: string; value: string }>(
      `SELECT topic, key, headers, value FROM outbox WHERE $1::text IS NULL OR key = $1 ORDER BY seq`,
      [key ?? null],
    );
    return rows.map((row) => {
      const headers = Object.fromEntries(JSON.parse(row.headers) as [string, string][]);
      return { type: headers['ce_type'] ?? '', topic: row.topic, key: row.key, headers, body: JSON.parse(row.value) as Record<string, unknown>, value: row.value };
    });
  }

  const own = {
    app, database, owner, vendor, disposable, settings, links, inject, keyOf, published,
    expiry: app.get(Expiry),
    reconciler: app.get(Reconciler),

    request: (changes: Partial<ScaRequestedV1> = {}): ScaRequestedV1 => ({
      authenticationId: `auth-${randomBytes(6).toString('hex')}`, action: 'payment', payer: { id: `payer-${randomBytes(4).toString('hex')}`, locale: 'en' },
      payment: { amount: '247.50', currency: 'EUR', payee: { account: 'ES9121000418450200051332', name: 'Comercio Ñandú' }, reference: 'order-7' },
      returnUrl: 'https://shop.example/back', ...changes,
    }),

    /** A decision on a request as the exemption engine would publish it. */
    decision(request: ScaRequestedV1, changes: { decision?: ScaDecidedV1['decision']; expiresInMs?: number; requestedAtMs?: number; gatewayId?: string; body?: Partial<ScaDecidedV1>; id?: string } = {}): InboundEvent<ScaDecidedV1> {
      const { decision = 'SCA_REQUIRED', requestedAtMs = Date.now(), expiresInMs = (request.timeToLiveSeconds ?? 300) * 1000, gatewayId = 'demo', id = randomUUID() } = changes;
      const body: ScaDecidedV1 = {
        ...EVENT_EXAMPLES['sca.decided.v1'], authenticationId: request.authenticationId, gatewayId, requestHash: requestHash(request), decision,
        exemption: decision === 'EXEMPT' ? 'EX16' : null,
        request: {
          action: request.action, payer: request.payer, payment: request.payment ?? null, description: request.description ?? null, returnUrl: request.returnUrl ?? null,
          reviewSeconds: request.reviewSeconds ?? 0, requestedAt: new Date(requestedAtMs).toISOString(), expiresAt: new Date(requestedAtMs + expiresInMs).toISOString(),
        },
        ...changes.body,
      };
      return inbound('sca.decided', 'sca.decided.v1', keyOf(request.authenticationId, gatewayId), gatewayId, body, id);
    },

    webhook: (vendorSessionId: string, status: string, changes: Partial<DiditEventV1> = {}): InboundEvent<DiditEventV1> =>
      inbound('didit.event', 'didit.event.v1', vendorSessionId, null, { ...EVENT_EXAMPLES['didit.event.v1'], eventId: randomUUID(), vendorSessionId, status, createdAt: new Date().toISOString(), ...changes }, randomUUID()),

    decided: (...events: InboundEvent<ScaDecidedV1>[]): Promise<DeadLettered[]> => {
      const consumer = app.get(DecidedConsumer);
      return handle(events, (batch, context) => consumer.decided(batch, context));
    },
    webhooks: (...events: InboundEvent<DiditEventV1>[]): Promise<DeadLettered[]> => {
      const consumer = app.get(DiditEventConsumer);
      return handle(events, (batch, context) => consumer.reported(batch, context));
    },

    /** Asks the payer: a decided request and the path of its page. */
    async demand(request: ScaRequestedV1 = own.request(), changes: Parameters<typeof own.decision>[1] = {}) {
      await own.decided(own.decision(request, changes));
      const key = keyOf(request.authenticationId, changes.gatewayId);
      return { request, key, path: `/approve/${links.tokenOf(key)}`, shown: shownHash(bindingOf(request)) };
    },
    page: (path: string, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> => inject({ method: 'GET', url: path, headers }),
    post: (path: string, shown: string | null, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> =>
      inject({ method: 'POST', url: path, headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN, ...headers }, payload: shown === null ? '' : `shown=${shown}` }),

    /** Confirms and gives back the vendor session that it leads to. */
    async confirm({ path, shown }: { path: string; shown: string }): Promise<string> {
      const reply = await own.post(`${path}/confirm`, shown);
      const id = /\/session\/([0-9a-f-]{36})$/.exec(String(reply.headers['location']))?.[1];
      if (reply.statusCode !== 303 || id === undefined) throw new Error(`confirmation was answered ${reply.statusCode} ${String(reply.headers['location'])}`);
      return id;
    },

    async row(key: string): Promise<Record<string, unknown>> {
      const { rows } = await owner.query('SELECT * FROM authentication WHERE key = $1', [key]);
      return rows[0] ?? {};
    },
    async verdicts(key: string): Promise<Published[]> {
      return (await published(key)).filter(({ type }) => type === 'sca.verdict.v1');
    },
    /** Waits for the verdict as it is published. */
    async verdict(key: string): Promise<Record<string, unknown>> {
      return until(async () => (await own.verdicts(key)).at(-1)?.body ?? null, `a verdict for ${key}`);
    },
    async close(): Promise<void> {
      await app.close();
      await Promise.all([database.end(), owner.end()]);
      if (replicaOf !== null) return;
      await vendor.close();
      await disposable.drop();
    },
  };
  return own;
}

export type SessionUnderTest = Awaited<ReturnType<typeof startSession>>;

let offsets = 0;
function inbound<Body>(topic: string, type: string, key: string, gatewayId: string | null, body: Body, id: string): InboundEvent<Body> {
  offsets += 1;
  const headers = { ce_id: Buffer.from(id), ce_type: Buffer.from(type) };
  return {
    id, source: '/services/test', type, subject: null, time: new Date().toISOString(), correlationId: null, causationId: null, traceparent: null, sequence: null, subjectRef: null, redrive: 0,
    key, gatewayId, brokerTimeMs: Date.now(), body,
    raw: { topic, partition: 0, offset: String(offsets), timestamp: Date.now(), key: Buffer.from(key), value: Buffer.from(JSON.stringify(body)), headers },
  };
}

const LOOK_MS = 20;
const PATIENCE_MS = 15_000;

/** Waits for something to come true. */
export async function until<T>(look: () => Promise<T | null | undefined | false> | T | null | undefined | false, what: string): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
