import { Flow } from './flow';
import { newId, payment, paymentOf, vendorDataOf } from './gateway';
import { openPage, postForm } from './payer';
import { runningStack } from './running-stack';
import { waitFor } from './wait-for';

let flow: Flow;
beforeAll(async () => {
  flow = await Flow.open(await runningStack());
}, 180_000);
afterEach(() => flow.sandbox.calm());
afterAll(() => flow.close(), 60_000);

describe('what was approved is what was shown', () => {
  it.each([
    ['amount', { amount: '2475.00' }],
    ['currency', { currency: 'USD' }],
  ])('given another %s in the vendor’s metadata, DECLINED, DYNAMIC_LINKING_VIOLATION, never a code', async (_field, overwriteMetadata) => {
    const id = await flow.publish(payment());
    const { vendorSessionId } = await flow.confirmed(id);
    await flow.sandbox.faults({ overwriteMetadata });
    await flow.sandbox.finish(vendorSessionId);
    expect(await flow.verdict(id)).toMatchObject({ outcome: 'DECLINED', mayProceed: false, reasons: ['DYNAMIC_LINKING_VIOLATION'], authenticationCode: null });
  });

  it('given a form whose hash is not of what would be bound, shows the page again and makes no session', async () => {
    const request = payment();
    const id = await flow.publish(request);
    const url = await flow.approvalUrl(id);
    const page = await openPage(url);
    const answer = await postForm(url, 'confirm', page.shown.replace(/.$/, (c) => (c === '0' ? '1' : '0')));
    expect(answer.status).not.toBe(303);
    expect(await answer.text()).toContain('name="shown"');
    expect(await flow.sandbox.sessions(vendorDataOf(request))).toEqual([]);
  });
});

describe('two payments of one payer at a time', () => {
  const bothOf = async (): Promise<{ a: string; b: string }> => {
    const payer = { id: newId('payer') };
    return { a: await flow.publish(payment({}, payer)), b: await flow.publish(payment(paymentOf('999.00'), payer)) };
  };

  it('given that B is confirmed while A’s check is open, A’s check approves neither: A waits for its payer again', async () => {
    const { a, b } = await bothOf();
    const first = await flow.confirmed(a);
    const second = await flow.confirmed(b);
    expect(second.vendorSessionId).not.toBe(first.vendorSessionId);
    await flow.sandbox.finish(first.vendorSessionId).catch(() => undefined);
    await flow.settle();
    expect([...flow.verdicts(a), ...flow.verdicts(b)]).toEqual([]);

    await flow.sandbox.finish(second.vendorSessionId);
    expect(await flow.verdict(b)).toMatchObject({ outcome: 'APPROVED', payment: { amount: '999.00' } });
    expect(flow.verdicts(a)).toEqual([]);

    const again = await flow.topics.next('sca.session', a, ({ body }) => body?.['attempt'] === 1 && body['vendorSessionId'] === null && body['approvalUrl'] !== null);
    expect(again.body).toMatchObject({ status: 'Not Started' });
    await openPage(String(again.body?.['approvalUrl'])).then((page) => postForm(String(again.body?.['approvalUrl']), 'confirm', page.shown));
    const reopened = await flow.topics.next('sca.session', a, ({ body }) => body?.['attempt'] === 2 && typeof body['vendorSessionId'] === 'string');
    await flow.sandbox.finish(String(reopened.body?.['vendorSessionId']));
    expect(await flow.verdict(a)).toMatchObject({ outcome: 'APPROVED', payment: { amount: '247.50' } });
  });

  it('given that A is finished and its webhooks are lost while B is confirmed, no check approves the other payment', async () => {
    const { a, b } = await bothOf();
    await flow.sandbox.defaults({ webhooks: 'drop' });
    const first = await flow.confirmed(a);
    await flow.sandbox.finish(first.vendorSessionId);
    const second = await flow.confirmed(b);
    await flow.sandbox.defaults({ webhooks: 'deliver' });
    await flow.sandbox.finish(second.vendorSessionId);
    expect(await flow.verdict(b)).toMatchObject({ outcome: 'APPROVED', payment: { amount: '999.00' } });
    for (const verdict of flow.verdicts(a)) expect(verdict.body).toMatchObject({ payment: { amount: '247.50' } });
  });

  it('given B approved first and then A’s page confirmed again, each code is bound to its own payment', async () => {
    const { a, b } = await bothOf();
    const second = await flow.confirmed(b);
    await flow.sandbox.finish(second.vendorSessionId);
    const verdictOfB = await flow.verdict(b);
    const first = await flow.confirmed(a);
    await flow.sandbox.finish(first.vendorSessionId);
    const verdictOfA = await flow.verdict(a);
    expect((await flow.gateway.redeem(a, String(verdictOfB['authenticationCode']))).status).not.toBe(200);
    expect((await flow.gateway.redeem(a, String(verdictOfA['authenticationCode']))).status).toBe(200);
  });

  it('given both confirmed at the same moment, at most one session is open and every verdict is for its own payment', async () => {
    const { a, b } = await bothOf();
    const urls = await Promise.all([a, b].map((id) => flow.approvalUrl(id)));
    const pages = await Promise.all(urls.map((url) => openPage(url)));
    await Promise.all(urls.map((url, i) => postForm(url, 'confirm', pages[i]?.shown ?? '')));
    const opened = await waitFor('a session', () => {
      const sessions = [a, b].flatMap((id) => flow.topics.about('sca.session', id)).filter(({ body }) => typeof body?.['vendorSessionId'] === 'string');
      return sessions.length > 0 ? sessions : null;
    });
    for (const { body } of opened) await flow.sandbox.finish(String(body?.['vendorSessionId'])).catch(() => undefined);
    await waitFor('a verdict', () => [...flow.verdicts(a), ...flow.verdicts(b)].length > 0);
    await flow.settle();
    for (const [id, amount] of [[a, '247.50'], [b, '999.00']] as const) {
      expect(flow.verdicts(id).length).toBeLessThanOrEqual(1);
      for (const verdict of flow.verdicts(id)) expect(verdict.body).toMatchObject({ payment: { amount } });
    }
  });
});

describe('two factors of different categories', () => {
  it('with ALLOW_SINGLE_FACTOR off, the vendor’s face check alone is DECLINED, FACTORS_INSUFFICIENT', async () => {
    await flow.stack.restart('auth-session', { ALLOW_SINGLE_FACTOR: 'false' });
    const verdict = await flow.approved(payment());
    expect(verdict).toMatchObject({ outcome: 'DECLINED', mayProceed: false, reasons: ['FACTORS_INSUFFICIENT'], authenticationCode: null, assurance: null });
    await flow.stack.restart('auth-session', { ALLOW_SINGLE_FACTOR: 'true' });
  });
});
