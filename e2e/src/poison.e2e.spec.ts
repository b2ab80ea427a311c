import { randomUUID } from 'node:crypto';
import { Flow } from './flow';
import { newId, payment, paymentOf } from './gateway';
import { runningStack } from './running-stack';
import { type Seen } from './topic-reader';
import { waitFor } from './wait-for';

let flow: Flow;
beforeAll(async () => {
  flow = await Flow.open(await runningStack());
}, 180_000);
afterAll(() => flow.close(), 60_000);

type Over = NonNullable<Parameters<Flow['gateway']['publish']>[1]>;
const IN_TIME_MS = 5000;

/** The dead letter of one message, found by an id that the test planted in a header of its own. */
const letterOf = (mark: string): Promise<Seen> => waitFor('the dead letter', () => flow.topics.seen.find(({ topic, headers }) => topic === 'sca.requested.dlq' && headers['test-mark'] === mark), IN_TIME_MS);

describe('messages that do not fit', () => {
  const cases: [what: string, code: string, names: RegExp, body: () => Record<string, unknown>, over: () => Over][] = [
    ['what is not JSON', 'VALUE_NOT_JSON', /JSON/, () => payment(), () => ({ value: Buffer.from('amount=247.50&currency=EUR') })],
    ['an amount that is a number', 'BODY_INVALID', /payment\.amount/, () => payment({ payment: { ...(payment()['payment'] as object), amount: 247.5 } }), () => ({})],
    ['an unknown field (a typo must not mean "absent")', 'BODY_INVALID', /reviewSecond/, () => payment({ reviewSecond: 60 }), () => ({})],
    ['an unknown fact', 'BODY_INVALID', /facts\./, () => payment({ facts: { instrumnt: 'card' } }), () => ({})],
    ['an IBAN with a wrong check digit', 'BODY_INVALID', /payment\.payee\.account/, () => payment({ payment: { ...(payment()['payment'] as object), payee: { account: 'ES9121000418450200051333', name: 'Shop' } } }), () => ({})],
    ['a key that disagrees with the body', 'KEY_MISMATCH', /key/, () => payment(), () => ({ key: `demo:${newId()}` })],
    ['a source that is another gateway', 'KEY_MISMATCH|GATEWAY_UNKNOWN', /source|gateway/i, () => payment(), () => ({ headers: { ce_source: '/gateways/other' } })],
    ['200 KiB', 'VALUE_TOO_LARGE', /64 KiB|65,?536/, () => payment({ description: 'x'.repeat(200 * 1024) }), () => ({})],
    ['no value', 'VALUE_MISSING', /value/, () => payment(), () => ({ value: null })],
    ['an unknown type', 'TYPE_UNKNOWN', /ce_type|type/, () => payment(), () => ({ headers: { ce_type: 'sca.requested.v9' } })],
  ];

  it.each(cases)('given %s, is dead-lettered as %s in five seconds, with its bytes and the cure, and its neighbours are answered', async (_what, code, names, body, over) => {
    const mark = randomUUID();
    const before = await flow.publish(payment(paymentOf('3.00')));
    const message = over();
    await flow.gateway.publish(body(), { ...message, headers: { ...message.headers, 'test-mark': mark } });
    const after = await flow.publish(payment(paymentOf('3.00')));
    const letter = await letterOf(mark);
    expect(letter.headers['dlq-code']).toMatch(new RegExp(`^(${code})$`));
    expect(letter.headers['dlq-reason']).toMatch(names);
    expect(letter.headers['dlq-origin']).toMatch(/^sca\.requested\/\d+\/\d+$/);
    expect(letter.headers).toMatchObject({ 'dlq-service': 'exemption-engine', 'dlq-attempts': '1' });
    if (message.value === null) expect(letter.value).toBeNull();
    else if (message.value !== undefined) expect(letter.value?.equals(message.value)).toBe(true);
    for (const id of [before, after]) expect(await flow.verdict(id)).toMatchObject({ outcome: 'EXEMPT' });
  });

  it('given a ce_id that was used for other content, dead-letters the second as ID_REUSED; the same bytes again have no effect', async () => {
    const id = randomUUID();
    const first = payment(paymentOf('4.00'));
    await flow.gateway.publish(first, { id });
    await flow.verdict(String(first['authenticationId']));
    await flow.gateway.publish(first, { id });
    const mark = randomUUID();
    const second = payment(paymentOf('5.00'));
    await flow.gateway.publish(second, { id, headers: { 'test-mark': mark } });
    expect((await letterOf(mark)).headers).toMatchObject({ 'dlq-code': 'ID_REUSED' });
    await flow.settle();
    expect(flow.verdicts(String(first['authenticationId']))).toHaveLength(1);
    expect(flow.verdicts(String(second['authenticationId']))).toEqual([]);
  });
});
