import { Flow } from './flow';
import { payment, paymentOf } from './gateway';
import { runningStack } from './running-stack';
import { waitFor } from './wait-for';

let flow: Flow;
beforeAll(async () => {
  flow = await Flow.open(await runningStack());
}, 180_000);
afterAll(() => flow.close(), 60_000);

const pidOf = (service: 'auth-session' | 'exemption-engine' | 'audit-ledger' | 'webhook-ingest'): number => flow.stack.stack.services[service]?.pid ?? 0;

describe('services that die', () => {
  it.each(['exemption-engine', 'auth-session', 'webhook-ingest', 'audit-ledger'] as const)('%s, killed in the middle of work, comes back and every payment gets one verdict', async (service) => {
    const before = pidOf(service);
    const ids = [];
    for (let i = 0; i < 30; i++) {
      ids.push(await flow.publish(payment(paymentOf('2.00'))));
      if (i === 15) flow.stack.kill(service);
    }
    for (const id of ids) expect(await flow.verdict(id, 60_000)).toMatchObject({ outcome: 'EXEMPT' });
    await flow.stack.waitReady(service);
    expect(pidOf(service)).not.toBe(before);
    await flow.settle();
    for (const id of ids) expect(flow.verdicts(id)).toHaveLength(1);
  }, 120_000);

  it('auth-session, killed while a payer is at the vendor, still brings the verdict', async () => {
    const id = await flow.publish(payment());
    const { vendorSessionId } = await flow.confirmed(id);
    flow.stack.kill('auth-session');
    await flow.sandbox.finish(vendorSessionId);
    expect(await flow.verdict(id, 60_000)).toMatchObject({ outcome: 'APPROVED' });
    await flow.stack.waitReady('auth-session');
  }, 120_000);
});

describe('several replicas', () => {
  it('of every service share the work: no verdict lost, none doubled', async () => {
    for (const service of ['exemption-engine', 'auth-session', 'audit-ledger', 'webhook-ingest'] as const) await flow.stack.addReplica(service);
    const exempt = await Promise.all(Array.from({ length: 60 }, () => flow.publish(payment(paymentOf('2.00')))));
    const approved = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const id = await flow.publish(payment());
        const { vendorSessionId } = await flow.confirmed(id);
        await flow.sandbox.finish(vendorSessionId);
        return id;
      }),
    );
    for (const id of exempt) expect(await flow.verdict(id, 60_000)).toMatchObject({ outcome: 'EXEMPT' });
    for (const id of approved) expect(await flow.verdict(id, 60_000)).toMatchObject({ outcome: 'APPROVED' });
    await flow.settle();
    for (const id of [...exempt, ...approved]) expect(flow.verdicts(id)).toHaveLength(1);
    await waitFor('the log to hold them all', async () => {
      const url = flow.stack.stack.services['audit-ledger']?.url ?? '';
      const answer = await fetch(`${url}/v1/gateways/demo/authentications/${approved[0] ?? ''}/evidence`, { headers: { authorization: `Bearer ${flow.stack.stack.gateway.apiKey}` } });
      return answer.status === 200;
    });
  }, 180_000);
});
