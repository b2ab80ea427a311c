/** Not a test: the codes and portraits of auth-session on a real PostgreSQL, behind its real HTTP, for the specs beside it. */
import { createHash, randomBytes } from 'node:crypto';
import { Global, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { type ApprovalRequest, type Binding, bindingOf, shownHash } from '@assent/domain-linking';
import { GatewayRegistry, Secret, configureLogging, createService } from '@assent/platform';
import { Database, isInfrastructureError } from '@assent/postgres';
import { testDatabase } from '@assent/testing';
import { PORTRAIT_BODIES, Portraits, PortraitsModule } from '../portraits';
import { AuthenticationCodes, CodesModule, type CodeRequest, type CodesOptions, type IssuedCode, KeyRing, REDEEM_BODY_LIMIT_BYTES } from './index';

export const ISSUER = 'assent-test';
export const KEYS = { shop: 'key-of-the-shop-0123456789', bank: 'key-of-the-bank-0123456789', reader: 'key-of-a-reader-0123456789', sibling: 'key-of-the-sibling-012345' } as const;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const entry = (id: string, key: string, scopes: string[], namespace = id): object => ({ id, namespace, kafka: false, returnOrigins: [], apiKeys: [{ id: `${id}-key`, sha256: sha256(key), scopes }] });

const registry = (): GatewayRegistry =>
  GatewayRegistry.parse(JSON.stringify({ gateways: [
    entry('shop', KEYS.shop, ['codes:redeem', 'portrait:write']),
    entry('bank', KEYS.bank, ['codes:redeem', 'portrait:write']),
    entry('reader', KEYS.reader, ['authentications:read']),
    entry('sibling', KEYS.sibling, ['portrait:write'], 'shop'),
  ] }));

@Global()
@Module({})
class DatabaseModule {}

export interface Approved extends IssuedCode {
  readonly authenticationId: string;
  readonly gatewayId: string;
  readonly binding: Binding;
}

export interface Published {
  readonly topic: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
}

export const PAYMENT: ApprovalRequest = {
  action: 'payment',
  payment: { amount: '247.50', currency: 'EUR', payee: { account: 'ES9121000418450200051332', name: 'Librería Ñandú' }, reference: 'order-7' },
};
export const PRESENTED = { amount: '247.50', currency: 'EUR', payee: { account: 'ES9121000418450200051332', name: 'Librería Ñandú' } } as const;

/** Starts the service; `close()` ends it and drops its database. */
export async function startCodes(overrides: Partial<CodesOptions> = {}) {
  configureLogging({ service: 'auth-session', level: 'silent' });
  const disposable = await testDatabase('auth-session');
  const open = (url: string): Database => new Database({ url, schema: disposable.schema, poolMax: 12, eventSource: '/services/auth-session', topology: { kafkaGateways: [] } });
  const database = open(disposable.serviceUrl);
  const owner = open(disposable.url);
  const options: CodesOptions = { issuer: ISSUER, ttlSeconds: 600, keyEncryptionKey: new Secret(randomBytes(32)), subjectRefKey: new Secret(randomBytes(32)), ...overrides };
  const app: NestFastifyApplication = await createService({
    name: 'auth-session',
    module: {
      module: class Root {},
      imports: [
        { module: DatabaseModule, providers: [{ provide: Database, useValue: database }], exports: [Database] },
        CodesModule.forRoot(options),
        PortraitsModule.forRoot({ encryptionKey: new Secret(randomBytes(32)), ttlDays: 30, coolingOffHours: 24 }),
      ],
    },
    config: { httpHost: '127.0.0.1', httpPort: 0, logLevel: 'silent', shutdownTimeoutMs: 1000, otelExporterOtlpEndpoint: null },
    gateways: registry(),
    bodyLimit: REDEEM_BODY_LIMIT_BYTES,
    binaryBodies: PORTRAIT_BODIES,
    isInfrastructureError,
    swagger: { title: 'test', description: 'test' },
    ownsProcess: false,
  });
  await app.init();
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  await fastify.ready();
  const codes = app.get(AuthenticationCodes);
  let count = 0;

  return {
    app, database, owner, options, codes,
    /** Another pool of connections, as another replica has it. */
    anotherDatabase: (): Database => open(disposable.serviceUrl),
    /** Lets the service open no new connection, or lets it again: an outage that the server itself reports. */
    async refuseConnections(refused: boolean): Promise<void> {
      await owner.query(`ALTER DATABASE "${new URL(disposable.url).pathname.slice(1)}" CONNECTION LIMIT ${refused ? 0 : -1}`);
    },
    keys: app.get(KeyRing),
    portraits: app.get(Portraits),
    inject: (request: InjectOptions): Promise<LightMyRequestResponse> => fastify.inject(request),

    /** A decided authentication as the core leaves it behind, and its code. */
    async approve(request: ApprovalRequest = PAYMENT, more: { gatewayId?: string; payerId?: string; nowMs?: number } = {}): Promise<Approved> {
      const { gatewayId = 'shop', payerId = 'payer-1', nowMs = Date.now() } = more;
      count += 1;
      const authenticationId = `auth-${String(count).padStart(6, '0')}`;
      const key = `${gatewayId}:${authenticationId}`;
      const binding = bindingOf(request);
      await insertDecided(owner, { key, gatewayId, authenticationId, payerId, binding });
      const asked: CodeRequest = { key, authenticationId, gatewayId, payerId, binding, amr: ['face', 'hwk', 'mfa'], nowMs, authenticationExpiresMs: nowMs + 60_000 };
      const [issued] = await database.transaction((tx) => codes.issue(tx, [asked]));
      return { ...issued!, authenticationId, gatewayId, binding };
    },

    redeem: (authenticationId: string, body: object, apiKey: string = KEYS.shop): Promise<LightMyRequestResponse> =>
      fastify.inject({ method: 'POST', url: `/v1/authentications/${authenticationId}/redeem`, headers: { authorization: `Bearer ${apiKey}` }, payload: body }),

    /** What waits in the outbox about this authentication, in order. */
    async published(key: string): Promise<Published[]> {
      const { rows } = await owner.query<{ topic: string; headers: string; value: string }>('SELECT topic, headers, value FROM outbox WHERE key = $1 ORDER BY seq', [key]);
      return rows.map(({ topic, headers, value }) => ({ topic, headers: Object.fromEntries(JSON.parse(headers) as [string, string][]), body: JSON.parse(value) as Record<string, unknown> }));
    },

    async close(): Promise<void> {
      await app.close();
      await Promise.all([database.end(), owner.end()]);
      await disposable.drop();
    },
  };
}

export type CodesUnderTest = Awaited<ReturnType<typeof startCodes>>;

async function insertDecided(owner: Database, row: { key: string; gatewayId: string; authenticationId: string; payerId: string; binding: Binding }): Promise<void> {
  await owner.query(
    `INSERT INTO authentication (key, gateway_id, authentication_id, namespace, payer_id, action, request, request_hash, shown_hash, review_seconds, requested_at, requested_expiry,
                                 expires_at, state, version, token_hash, outcome, decided_at, decision_seen, verdict_topic, verdict_headers, verdict_value)
     VALUES ($1, $2, $3, $2, $4, $5, '{}', 'hash', $6, 0, now(), now() + interval '5 minutes', now() + interval '5 minutes', 'DECIDED', 7, $7, 'APPROVED', now(), true, 'sca.verdict', '{}', '\\x00')`,
    [row.key, row.gatewayId, row.authenticationId, row.payerId, row.binding.action, shownHash(row.binding), randomBytes(32)],
  );
}
