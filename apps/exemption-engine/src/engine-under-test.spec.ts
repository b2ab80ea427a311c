import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { ComplianceEventV1, DeadLetterCode, InboundEvent, PaymentOutcomeV1, ScaDecidedV1, ScaRequestedV1, ScaRevokedV1, ScaVerdictV1 } from '@assent/contracts';
import { authenticationKey, toRfc3339 } from '@assent/kernel';
import { GatewayRegistry, Metrics, Secret } from '@assent/platform';
import { Database } from '@assent/postgres';
import { testDatabase } from '@assent/testing';
import { Decider } from './deciding/decider';
import { ExemptionMetrics } from './exemption-metrics';
import { Bands } from './fraud-books/bands';
import { QuarterClosing } from './fraud-books/quarter-closing';
import { Policies } from './policies/policies';
import { PolicyBook } from './policies/policy-book';
import { Outcomes } from './settling/outcomes';
import { UnsettledExemptions } from './settling/unsettled-exemptions';
import { Verdicts } from './settling/verdicts';

const SUBJECT_KEY = new Secret(Buffer.alloc(32, 7));
export const API_KEY = 'explain-key-for-tests-0123456789abcdef';
const apiKey = (id: string, key: string, scopes: string[]) => ({ id, sha256: createHash('sha256').update(key).digest('hex'), scopes });

/** `shop` and `cards` are one company with the same payers; `other` is somebody else. */
export const GATEWAYS = GatewayRegistry.parse(
  JSON.stringify({
    gateways: [
      {
        id: 'shop',
        kafka: true,
        returnOrigins: ['https://shop.example'],
        apiKeys: [apiKey('shop-explain', API_KEY, ['exemptions:explain']),
          apiKey('shop-policies', `${API_KEY}-policies`, ['policies:read', 'policies:write']),
          apiKey('shop-pay', `${API_KEY}-pay`, ['authentications:write'])],
      },
      { id: 'cards', namespace: 'shop', kafka: false, returnOrigins: [], apiKeys: [] },
      { id: 'other', kafka: false, returnOrigins: ['https://other.example'], apiKeys: [apiKey('other-explain', `${API_KEY}-other`, ['exemptions:explain'])] },
    ],
  }),
);

/** One replica of the service as far as messages go: its handlers over a pool of its own. */
export interface Replica {
  readonly database: Database;
  readonly decider: Decider;
  readonly verdicts: Verdicts;
  readonly outcomes: Outcomes;
  readonly policyBook: PolicyBook;
  readonly closing: QuarterClosing;
  readonly bands: Bands;
}

export interface Refused {
  readonly event: InboundEvent;
  readonly code: DeadLetterCode;
  readonly reason: string;
}

export interface Published {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ScaDecidedV1;
}

export interface EngineUnderTest {
  readonly url: string;
  readonly serviceUrl: string;
  readonly schema: string;
  /** Rights of the owner: to look behind. */
  readonly owner: Database;
  readonly replica: Replica;
  readonly metrics: Metrics;
  readonly unsettled: UnsettledExemptions;
  newReplica(): Replica;
  /** Handles a batch in one transaction, as the consumer does. Answers what was refused. */
  requested(batch: readonly InboundEvent<ScaRequestedV1>[], on?: Replica): Promise<Refused[]>;
  verdict(...batch: InboundEvent<ScaVerdictV1>[]): Promise<void>;
  revoked(...batch: InboundEvent<ScaRevokedV1>[]): Promise<void>;
  outcome(...batch: InboundEvent<PaymentOutcomeV1>[]): Promise<Refused[]>;
  /** What was published about a key, in order. */
  published(key?: string): Promise<Published[]>;
  /** What compliance was told about a namespace, in order. */
  compliance(namespace: string): Promise<ComplianceEventV1[]>;
  /** The budget of a counter as it stands: committed and held, in euro. */
  spent(
    instrumentId: string,
    kind?: string,
    namespace?: string,
  ): Promise<{ committed: string; committedCount: number; held: string; heldCount: number; epoch: number }>;
  close(): Promise<void>;
}

export async function startEngine(): Promise<EngineUnderTest> {
  const disposable = await testDatabase('exemption-engine');
  const options = { schema: disposable.schema, poolMax: 4, eventSource: '/services/exemption-engine', topology: GATEWAYS.topology };
  const owner = new Database({ ...options, url: disposable.url });
  const metrics = new Metrics();
  const counted = new ExemptionMetrics(metrics);
  const replicas: Replica[] = [];
  const newReplica = (): Replica => {
    const database = new Database({ ...options, url: disposable.serviceUrl });
    const policies = new Policies();
    const replica = {
      database,
      decider: new Decider(GATEWAYS, policies, counted, SUBJECT_KEY),
      verdicts: new Verdicts(GATEWAYS, policies, SUBJECT_KEY),
      outcomes: new Outcomes(GATEWAYS, policies, counted),
      policyBook: new PolicyBook(database),
      closing: new QuarterClosing(database, policies, GATEWAYS),
      bands: new Bands(database, policies),
    };
    replicas.push(replica);
    return replica;
  };
  const replica = newReplica();
  const handle = async (
    on: Replica,
    work: (context: {
      tx: Parameters<Parameters<Database['transaction']>[0]>[0];
      deadLetter: (event: InboundEvent, code: DeadLetterCode, reason: string) => void;
    }) => Promise<void>,
  ) => {
    const refused: Refused[] = [];
    await on.database.transaction((tx) => work({ tx, deadLetter: (event, code, reason) => void refused.push({ event, code, reason }) }));
    return refused;
  };
  return {
    url: disposable.url,
    serviceUrl: disposable.serviceUrl,
    schema: disposable.schema,
    owner,
    replica,
    metrics,
    unsettled: new UnsettledExemptions(replica.database, counted),
    newReplica,
    requested: (batch, on = replica) => handle(on, (context) => on.decider.decide(batch, context)),
    verdict: async (...batch) => {
      await handle(replica, ({ tx }) => replica.verdicts.settle(batch, tx));
    },
    revoked: async (...batch) => {
      await handle(replica, ({ tx }) => replica.verdicts.revoke(batch, tx));
    },
    outcome: (...batch) => handle(replica, (context) => replica.outcomes.settle(batch, context)),
    published: async (key) => {
      const { rows } = await owner.query<{ topic: string; headers: string; value: string }>(
        `SELECT topic, headers, value FROM outbox WHERE topic <> 'compliance.event' AND ($1::text IS NULL OR key = $1) ORDER BY seq`,
        [key ?? null],
      );
      expect(rows.every(({ topic }) => topic === 'sca.decided')).toBe(true);
      return rows.map(({ headers, value }) => ({
        headers: Object.fromEntries(JSON.parse(headers) as [string, string][]),
        body: JSON.parse(value) as ScaDecidedV1,
      }));
    },
    compliance: async (namespace) => {
      const { rows } = await owner.query<{ value: string }>(`SELECT value FROM outbox WHERE topic = 'compliance.event' AND key = $1 ORDER BY seq`, [namespace]);
      return rows.map(({ value }) => JSON.parse(value) as ComplianceEventV1);
    },
    spent: async (instrumentId, kind = 'lowValue', namespace = 'shop') => {
      const { rows } = await owner.query<{ committed: string; committed_count: number; held: string; held_count: number; epoch: number }>(
        `SELECT (committed / committed_over / 100)::numeric(20, 2)::text AS committed, committed_count,
                (held / held_over / 100)::numeric(20, 2)::text AS held, held_count, epoch
           FROM counter WHERE namespace = $1 AND instrument_id = $2 AND kind = $3`,
        [namespace, instrumentId, kind],
      );
      const [row] = rows;
      return {
        committed: row?.committed ?? '0.00',
        committedCount: row?.committed_count ?? 0,
        held: row?.held ?? '0.00',
        heldCount: row?.held_count ?? 0,
        epoch: row?.epoch ?? 0,
      };
    },
    close: async () => {
      await Promise.all(replicas.map(({ database }) => database.end()));
      await owner.end();
      await disposable.drop();
    },
  };
}

export const newId = (): string => `auth-${randomBytes(8).toString('hex')}`;
export const newInstrument = (): string => `card-${randomBytes(8).toString('hex')}`;

const PAYEE = { account: 'ES9121000418450200051332', name: 'Example Shop' };

/** A payment in euro. */
export const paying = (amount: string, instrumentId: string | undefined, more: Partial<ScaRequestedV1> = {}): ScaRequestedV1 => ({
  authenticationId: newId(),
  action: 'payment',
  payer: { id: 'user-42', ...(instrumentId === undefined ? {} : { instrumentId }) },
  payment: { amount, currency: 'EUR', payee: PAYEE },
  ...more,
});

interface EventParts {
  readonly gatewayId?: string;
  readonly source?: string;
  readonly time?: string;
  readonly brokerTimeMs?: number;
}

/** A message as the consumer hands it over: read, in order, not seen before. */
export function message<Body>(
  type: string,
  key: string,
  body: Body,
  { gatewayId = 'shop', source = `/gateways/${gatewayId}`, time = '2001-01-01T00:00:00Z', brokerTimeMs = Date.now() }: EventParts = {},
): InboundEvent<Body> {
  const raw = {
    topic: type.replace('.v1', ''),
    partition: 0,
    offset: '0',
    timestamp: brokerTimeMs,
    key: Buffer.from(key),
    value: Buffer.from(JSON.stringify(body)),
    headers: {},
  };
  return {
    id: randomUUID(),
    source,
    type,
    subject: null,
    time,
    correlationId: null,
    causationId: null,
    traceparent: null,
    sequence: null,
    subjectRef: null,
    redrive: 0,
    key,
    gatewayId,
    brokerTimeMs,
    body,
    raw,
  };
}

export const request = (body: ScaRequestedV1, parts: EventParts = {}): InboundEvent<ScaRequestedV1> =>
  message('sca.requested.v1', authenticationKey(parts.gatewayId ?? 'shop', body.authenticationId), body, parts);

export function verdictOn(
  { body: { authenticationId, action }, gatewayId }: InboundEvent<ScaRequestedV1>,
  outcome: ScaVerdictV1['outcome'],
  assurance: ScaVerdictV1['assurance'] = null,
): InboundEvent<ScaVerdictV1> {
  const gateway = gatewayId ?? 'shop';
  const body: ScaVerdictV1 = {
    authenticationId,
    gatewayId: gateway,
    action,
    outcome,
    mayProceed: outcome === 'APPROVED' || outcome === 'EXEMPT',
    validUntil: null,
    assurance,
    reasons: ['AUTHENTICATED'],
    exemption: null,
    policy: null,
    factors: [],
    authenticationCode: null,
    payment: null,
    decidedAt: toRfc3339(Date.now()),
  };
  return message('sca.verdict.v1', authenticationKey(gateway, authenticationId), body, { gatewayId: gateway, source: '/services/auth-session' });
}

/** What became of a payment that was requested here. */
export function outcomeOf(
  { body, gatewayId }: InboundEvent<ScaRequestedV1>,
  kind: PaymentOutcomeV1['kind'],
  more: Partial<PaymentOutcomeV1> = {},
): InboundEvent<PaymentOutcomeV1> {
  const instrumentId = body.payer.instrumentId ?? 'card-none';
  return outcome(
    { authenticationId: body.authenticationId, instrumentId, kind, amount: body.payment?.amount ?? '1.00', currency: body.payment?.currency ?? 'EUR', ...more },
    gatewayId ?? 'shop',
  );
}

export function outcome(more: Partial<PaymentOutcomeV1> & Pick<PaymentOutcomeV1, 'instrumentId'>, gatewayId = 'shop'): InboundEvent<PaymentOutcomeV1> {
  const body: PaymentOutcomeV1 = {
    outcomeId: randomUUID(),
    authenticationId: null,
    payerId: 'user-42',
    kind: 'EXECUTED',
    amount: '1.00',
    currency: 'EUR',
    occurredAt: '2026-11-24T10:00:00Z',
    ...more,
  };
  return message('payment.outcome.v1', `${gatewayId}:${body.instrumentId}`, body, { gatewayId });
}

/** The overturn of an approval. */
export function revocationOf({ body: { authenticationId }, gatewayId }: InboundEvent<ScaRequestedV1>): InboundEvent<ScaRevokedV1> {
  const gateway = gatewayId ?? 'shop';
  const body: ScaRevokedV1 = {
    authenticationId,
    gatewayId: gateway,
    codeId: 'code-1',
    reason: 'VENDOR_OVERTURNED',
    alreadyRedeemed: false,
    revokedAt: toRfc3339(Date.now()),
  };
  return message('sca.revoked.v1', authenticationKey(gateway, authenticationId), body, { gatewayId: gateway, source: '/services/auth-session' });
}
