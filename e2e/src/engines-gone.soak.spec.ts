import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { inWorkspace, startStack } from '@assent/infra';
import { freeze, keepDown } from './engine-outage';
import { Flow } from './flow';
import { payment, paymentOf, type RestAnswer } from './gateway';
import { type SignedWebhook, vendorOf } from './signed-webhook';
import { waitFor } from './wait-for';

/** After their engine is back (reliability, section 6). */
const POSTGRES_BACK_MS = 10_000;
const KAFKA_BACK_MS = 30_000;
const OUTAGE_MS = 5_000;
/** How long an ordinary answer may take while the other engine is away. */
const STILL_QUICK_MS = 5_000;

let flow: Flow;
let webhookOf: (vendorSessionId: string, status: string) => SignedWebhook;
beforeAll(async () => {
  // Engines of its own: nobody else's tests lose theirs.
  const stack = await startStack({
    stateDir: path.join(inWorkspace('.assent'), 'engines-gone'),
    quiet: true,
    env: { 'auth-session': { ALLOW_SINGLE_FACTOR: 'true', RECONCILE_AFTER_SECONDS: '2' } },
    environment: { PATH: process.env['PATH'], HOME: process.env['HOME'], JAVA_HOME: process.env['JAVA_HOME'], ASSENT_ENGINES: 'local' },
  });
  webhookOf = vendorOf(stack);
  flow = await Flow.open(stack);
  await flow.settle();
}, 240_000);
afterAll(() => flow.close(), 90_000);

const urlOf = (service: 'auth-session' | 'webhook-ingest' | 'exemption-engine' | 'audit-ledger'): string => flow.stack.stack.services[service]?.url ?? '';
const pids = (): (number | undefined)[] => (['auth-session', 'webhook-ingest', 'exemption-engine', 'audit-ledger'] as const).map((name) => flow.stack.stack.services[name]?.pid);
const readiness = async (service: Parameters<typeof urlOf>[0]): Promise<number> => (await fetch(`${urlOf(service)}/health/ready`)).status;
const liveness = async (service: Parameters<typeof urlOf>[0]): Promise<number> => (await fetch(`${urlOf(service)}/health/live`)).status;

/** Asks for an authentication over REST, with an id of its own so that it can be looked for whatever the answer was. */
async function request(): Promise<{ id: string; answer: RestAnswer }> {
  const body = payment(paymentOf('2.00'));
  return { id: String(body['authenticationId']), answer: await flow.gateway.request(body) };
}

/** Asked of the service itself, so that no reader's own recovery is measured with it. */
async function outcomeOf(id: string, timeoutMs: number): Promise<unknown> {
  const decided = await waitFor(
    `the verdict of ${id}`,
    async () => {
      const { status, body } = await flow.gateway.call('GET', `/v1/authentications/${id}`);
      return status === 200 && body['state'] === 'DECIDED' && body;
    },
    timeoutMs,
  );
  return (decided['verdict'] as Record<string, unknown>)['outcome'];
}

/** Each got one verdict, the same that everybody else reads. */
async function expectOneVerdictEach(ids: readonly string[]): Promise<void> {
  for (const id of ids) expect(await flow.verdict(id, 60_000)).toMatchObject({ outcome: 'EXEMPT' });
  await flow.settle();
  for (const id of ids) expect(flow.verdicts(id)).toHaveLength(1);
}

async function deliver({ body, headers }: SignedWebhook): Promise<Response> {
  return fetch(`${urlOf('webhook-ingest')}/webhooks/didit`, { method: 'POST', headers: { ...headers }, body });
}

/** What a caller may be told: it is taken, or: not now, and when to come again. */
function expectTakenOrNotNow({ status, headers, body }: RestAnswer): void {
  expect([202, 503]).toContain(status);
  if (status !== 503) return;
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(body).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
}

describe('PostgreSQL is gone', () => {
  it('killed again and again: 503 with Retry-After, nobody crashes, everything acknowledged gets its verdict', async () => {
    const before = pids();
    const taken: string[] = [];
    const statuses = new Set<number>();
    const hooks = new Map<string, number>();
    const overKafka: string[] = [];
    let isDown = true;
    const outage = keepDown(flow.stack, 'postgres', OUTAGE_MS).finally(() => (isDown = false));
    while (isDown) {
      const { id, answer } = await request();
      expectTakenOrNotNow(answer);
      statuses.add(answer.status);
      if (answer.status === 202) taken.push(id);
      const hook = webhookOf(randomUUID(), 'In Progress');
      const { status } = await deliver(hook);
      expect([200, 503]).toContain(status);
      hooks.set(hook.eventId, status);
      overKafka.push(await flow.publish(payment(paymentOf('2.00'))));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await outage;
    expect(statuses).toContain(503);
    expect([...hooks.values()]).toContain(503);

    await waitFor('PostgreSQL to be back', async () => (await readiness('auth-session')) === 200, 30_000);
    const back = await request();
    expectTakenOrNotNow(back.answer);
    // No deadline holds for those that came during the outage but their own (five minutes): what counts is that verdicts flow again.
    const first = overKafka.at(-1) ?? '';
    expect(await flow.verdict(first, POSTGRES_BACK_MS)).toMatchObject({ outcome: 'EXEMPT' });
    for (const [eventId, status] of hooks) {
      if (status === 200) await waitFor('the acknowledged webhook', () => flow.topics.seen.some(({ topic, body }) => topic === 'didit.event' && body?.['eventId'] === eventId));
    }
    await expectOneVerdictEach([...taken, ...overKafka]);
    expect(pids()).toEqual(before);
  }, 180_000);

  it('standing still: not ready but alive, and the payer who is at the vendor meanwhile is approved', async () => {
    const id = await flow.publish(payment());
    const { vendorSessionId } = await flow.confirmed(id);
    const before = pids();
    const held = freeze(flow.stack, 'postgres');
    let during: Promise<{ id: string; answer: RestAnswer }>;
    try {
      during = request();
      await waitFor('the services not to be ready', async () => (await readiness('auth-session')) === 503 && (await readiness('webhook-ingest')) === 503, 15_000);
      expect(await liveness('auth-session')).toBe(200);
      // The vendor's webhook meets a service that cannot store it; that it is lost is what the reconciler is for.
      await flow.sandbox.finish(vendorSessionId);
    } finally {
      held.thaw();
    }
    expect(await flow.verdict(id, POSTGRES_BACK_MS)).toMatchObject({ outcome: 'APPROVED' });
    const { id: asked, answer } = await during;
    expectTakenOrNotNow(answer);
    if (answer.status === 202) expect(await flow.verdict(asked)).toMatchObject({ outcome: 'EXEMPT' });
    await waitFor('the services to be ready', async () => (await readiness('auth-session')) === 200 && (await readiness('webhook-ingest')) === 200);
    expect(pids()).toEqual(before);
  }, 120_000);
});

describe('Kafka is gone', () => {
  /** What must go on without a broker: requests and webhooks are taken, and the services want to be sent more. */
  async function goesOn(): Promise<string> {
    const { id, answer } = await request();
    expect(answer.status).toBe(202);
    expect((await deliver(webhookOf(randomUUID(), 'In Progress'))).status).toBe(200);
    for (const service of ['auth-session', 'webhook-ingest', 'exemption-engine', 'audit-ledger'] as const) {
      expect(await readiness(service)).toBe(200);
      expect(await liveness(service)).toBe(200);
    }
    return id;
  }

  it('standing still: REST and webhooks go on, and their verdicts come when it moves again', async () => {
    const before = pids();
    const held = freeze(flow.stack, 'kafka');
    const ids: string[] = [];
    try {
      const until = Date.now() + OUTAGE_MS + STILL_QUICK_MS;
      while (Date.now() < until) {
        ids.push(await goesOn());
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      expect(flow.verdicts(ids[0] ?? '')).toEqual([]);
    } finally {
      held.thaw();
    }
    expect(await outcomeOf(ids.at(-1) ?? '', KAFKA_BACK_MS)).toBe('EXEMPT');
    await expectOneVerdictEach(ids);
    expect(pids()).toEqual(before);
  }, 180_000);

  it('killed again and again: the same', async () => {
    const before = pids();
    const ids: string[] = [];
    let isDown = true;
    const outage = keepDown(flow.stack, 'kafka', OUTAGE_MS).finally(() => (isDown = false));
    while (isDown) {
      ids.push(await goesOn());
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    await outage;
    const probe = ids.at(-1) ?? '';
    // The broker itself needs some seconds to start; from then on the half minute counts.
    await waitFor('Kafka to be back', () => flow.gateway.publish(payment(paymentOf('2.00'))).then(() => true, () => false), 60_000);
    expect(await outcomeOf(probe, KAFKA_BACK_MS)).toBe('EXEMPT');
    await expectOneVerdictEach(ids);
    expect(pids()).toEqual(before);
  }, 180_000);
});
