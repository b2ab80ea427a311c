import { mergeEvents, saysOf, type TraceEvent } from './trace-event';

const event = (over: Partial<TraceEvent>): TraceEvent => ({ source: '/services/auth-session', id: 'a', type: 'sca.verdict.v1', time: '2026-11-24T10:00:00.000Z', says: '', redrive: 0, leafIndex: null, position: null, ...over });

describe('what a trace says of an event', () => {
  it('given a request full of personal data, says its action and nothing else', () => {
    const body = { action: 'payment', payer: { id: 'user-42' }, payment: { amount: '247.50', payee: { account: 'ES9121000418450200051332', name: 'Ada Example' } } };
    expect(saysOf('sca.requested.v1', body)).toBe('payment');
  });

  it.each([
    ['sca.decided.v1', { decision: 'EXEMPT', exemption: 'LOW_VALUE', reasons: ['LOW_VALUE_WITHIN_LIMITS'] }, 'EXEMPT LOW_VALUE LOW_VALUE_WITHIN_LIMITS'],
    ['sca.decided.v1', { decision: 'SCA_REQUIRED', exemption: null, reasons: [] }, 'SCA_REQUIRED'],
    ['sca.session.v1', { status: 'In Progress', attempt: 2 }, 'In Progress (attempt 2)'],
    ['sca.revoked.v1', { reason: 'OVERTURNED', alreadyRedeemed: true }, 'OVERTURNED (already redeemed)'],
    ['something.new.v7', { secret: 'x' }, ''],
    ['sca.verdict.v1', null, ''],
  ])('%s says its codes', (type, body, words) => {
    expect(saysOf(type, body)).toBe(words);
  });
});

describe('merging ledger and topics', () => {
  it('makes one of what both have, keeps the order of the ledger whatever clocks say, and puts in what it has not yet by time', () => {
    const first = event({ id: 'request', leafIndex: 7, time: '2026-11-24T10:00:05.000Z' });
    const second = event({ id: 'decided', leafIndex: 9, time: '2026-11-24T10:00:01.000Z' });
    const late = event({ id: 'verdict', position: 'sca.verdict/1/4', time: '2026-11-24T10:00:09.000Z' });
    const merged = mergeEvents([first, second], [event({ id: 'request', position: 'sca.requested/0/1' }), late]);
    expect(merged.map(({ id, leafIndex, position }) => [id, leafIndex, position])).toEqual([
      ['request', 7, 'sca.requested/0/1'],
      ['decided', 9, null],
      ['verdict', null, 'sca.verdict/1/4'],
    ]);
  });

  it('keeps a redriven message apart from the one that failed', () => {
    expect(mergeEvents([event({ leafIndex: 1 }), event({ leafIndex: 2, redrive: 1 })], [])).toHaveLength(2);
  });
});
