import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Flow } from './flow';
import { payment } from './gateway';
import { runningStack } from './running-stack';
import { waitFor } from './wait-for';

let flow: Flow;
let secrets: Record<string, string>;
beforeAll(async () => {
  const stack = await runningStack({ env: { 'auth-session': { RECONCILE_AFTER_SECONDS: '5' } } });
  secrets = JSON.parse(readFileSync(path.join(stack.stateDir, 'secrets.json'), 'utf8')) as Record<string, string>;
  flow = await Flow.open(stack);
}, 180_000);
afterEach(() => flow.sandbox.calm());
afterAll(() => flow.close(), 60_000);

const ingest = (): string => `${flow.stack.stack.services['webhook-ingest']?.url ?? ''}/webhooks/didit`;

interface Hook {
  readonly body: string;
  readonly headers: Record<string, string>;
}

/** A webhook as the vendor writes it: keys sorted, compact, ASCII. `over` replaces headers and fields, to be wrong in one way. */
function hook(vendorSessionId: string, status: string, over: { fields?: Record<string, unknown>; headers?: Record<string, string>; secret?: string } = {}): Hook {
  const timestamp = Math.floor(Date.now() / 1000);
  const fields: Record<string, unknown> = {
    application_id: secrets['sandboxApplicationId'],
    created_at: timestamp,
    environment: 'sandbox',
    event_id: randomUUID(),
    session_id: vendorSessionId,
    status,
    timestamp,
    webhook_type: 'status.updated',
    workflow_id: secrets['sandboxWorkflowId'],
    workflow_version: 1,
    ...over.fields,
  };
  const body = JSON.stringify(Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))));
  const sign = (text: string): string => createHmac('sha256', over.secret ?? secrets['sandboxWebhookSecret'] ?? '').update(text).digest('hex');
  const simple = sign(`${String(fields['timestamp'])}:${vendorSessionId}:${status}:status.updated`);
  return { body, headers: { 'x-timestamp': String(fields['timestamp']), 'x-signature': sign(body), 'x-signature-v2': sign(body), 'x-signature-simple': simple, ...over.headers } };
}

async function post({ body, headers }: Hook): Promise<number> {
  const present = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
  return (await fetch(ingest(), { method: 'POST', headers: { 'content-type': 'application/json', ...present }, body })).status;
}

const refusedTotal = async (): Promise<number> => {
  const text = await (await fetch(`${flow.stack.stack.services['webhook-ingest']?.url ?? ''}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => /^webhooks_refused_total\{/.test(line))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
};

describe('webhooks', () => {
  it('fifty at once for one decision: one event, one verdict', async () => {
    await flow.sandbox.defaults({ webhooks: 'drop' });
    const id = await flow.publish(payment());
    const { vendorSessionId } = await flow.confirmed(id);
    await flow.sandbox.finish(vendorSessionId);
    const same = hook(vendorSessionId, 'Approved');
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(same)));
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(await flow.verdict(id)).toMatchObject({ outcome: 'APPROVED' });
    await flow.settle();
    expect(flow.verdicts(id)).toHaveLength(1);
    expect(flow.topics.seen.filter(({ topic, key }) => topic === 'didit.event' && key === vendorSessionId)).toHaveLength(1);
  });

  it('one that comes before our row of its session is kept, and the session finds it', async () => {
    // The vendor answers the create slowly and its webhook overtakes the answer.
    await flow.sandbox.defaults({ scenario: 'approve', afterMs: 0 });
    await flow.sandbox.faults({ latencyMs: 800 });
    const id = await flow.publish(payment());
    const { vendorSessionId } = await flow.confirmed(id);
    expect(await flow.verdict(id)).toMatchObject({ outcome: 'APPROVED' });
    expect(flow.topics.seen.some(({ topic, key }) => topic === 'didit.event' && key === vendorSessionId)).toBe(true);
  });

  it('all of them lost: the reconciler brings the verdict', async () => {
    await flow.sandbox.defaults({ webhooks: 'drop' });
    const id = await flow.publish(payment());
    const { vendorSessionId } = await flow.confirmed(id);
    await flow.sandbox.finish(vendorSessionId);
    expect(await flow.verdict(id, 60_000)).toMatchObject({ outcome: 'APPROVED' });
    expect(flow.topics.seen.some(({ topic, key }) => topic === 'didit.event' && key === vendorSessionId)).toBe(false);
  }, 90_000);

  it('a webhook that says Approved approves nothing by itself: the decision is fetched, and it says otherwise', async () => {
    const id = await flow.publish(payment());
    const { vendorSessionId } = await flow.confirmed(id);
    expect(await post(hook(vendorSessionId, 'Approved'))).toBe(200);
    await flow.settle();
    expect(flow.verdicts(id)).toEqual([]);
    await flow.sandbox.finish(vendorSessionId, 'decline_liveness_attack');
    expect(await flow.verdict(id)).toMatchObject({ outcome: 'DECLINED' });
  });

  it('approved first and overturned later: the approval is revoked, and its code is refused', async () => {
    const request = payment();
    const id = await flow.publish(request);
    const { vendorSessionId } = await flow.confirmed(id);
    await flow.sandbox.finish(vendorSessionId);
    const verdict = await flow.verdict(id);
    await fetch(`${flow.sandbox.url}/sandbox/sessions/${vendorSessionId}/status`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ status: 'Declined' }) });
    expect(await flow.topics.next('sca.revoked', id)).toMatchObject({ body: { authenticationId: id, alreadyRedeemed: false } });
    expect(await flow.gateway.redeem(id, String(verdict['authenticationCode']))).toMatchObject({ status: 409, body: { code: 'CODE_REVOKED' } });
    expect(flow.verdicts(id)).toHaveLength(1);
  });

  it.each([
    ['a bad signature', { secret: 'not the secret' }, 401],
    ['no signature but the Simple one', { headers: { 'x-signature': '', 'x-signature-v2': '' } }, 401],
    ['a timestamp of 301 seconds ago', { fields: { timestamp: Math.floor(Date.now() / 1000) - 301 } }, 401],
    ['a header time that is not the body’s', { headers: { 'x-timestamp': String(Math.floor(Date.now() / 1000) - 7) } }, 401],
  ] as const)('with %s: refused, counted, nothing published', async (_what, over, status) => {
    const before = await refusedTotal();
    const vendorSessionId = randomUUID();
    expect(await post(hook(vendorSessionId, 'Approved', over))).toBe(status);
    await waitFor('the refusal to be counted', async () => (await refusedTotal()) > before);
    await flow.settle();
    expect(flow.topics.seen.some(({ topic, key }) => topic === 'didit.event' && key === vendorSessionId)).toBe(false);
  });

  it('of another application, workflow or environment: nothing is published', async () => {
    for (const fields of [{ application_id: randomUUID() }, { workflow_id: randomUUID() }, { environment: 'live' }]) {
      const vendorSessionId = randomUUID();
      await post(hook(vendorSessionId, 'Approved', { fields }));
      await flow.settle();
      expect(flow.topics.seen.some(({ topic, key }) => topic === 'didit.event' && key === vendorSessionId)).toBe(false);
    }
  });
});
