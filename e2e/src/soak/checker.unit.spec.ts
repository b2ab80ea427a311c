import { appendLeaves, EMPTY_FRONTIER, hashToBase64, leafHash, rootOf } from '@assent/domain-ledger';
import { check } from './checker';
import type { FindingCode } from './finding';
import type { History, SeenMessage } from './history';

type Change = Partial<Omit<SeenMessage, 'body'>> & { readonly body?: Readonly<Record<string, unknown>> };

/** A small true history: one payment, asked for, approved, redeemed and recorded. */
class Told {
  private readonly offsets = new Map<string, number>();
  readonly messages: SeenMessage[] = [];

  say(topic: string, change: Change = {}): this {
    const offset = this.offsets.get(topic) ?? 0;
    this.offsets.set(topic, offset + 1);
    const id = change.id ?? `${topic}-${offset}`;
    const plain = { topic, partition: 0, offset: String(offset), key: 'demo:auth-1', id, source: '/services/auth-session', sequence: null, valueHash: id, body: null };
    this.messages.push({ ...plain, ...change });
    return this;
  }
}

const leafOf = ({ source, id }: SeenMessage): string => JSON.stringify({ source, id });
const verdict = { authenticationId: 'auth-1', outcome: 'APPROVED', payment: { amount: '247.50' }, decidedAt: '2026-11-24T10:00:05.000Z' };

function story(): Told {
  return new Told()
    .say('sca.requested', { source: '/gateways/demo' })
    .say('sca.session', { sequence: 1, body: { authenticationId: 'auth-1', expiresAt: '2026-11-24T10:05:00.000Z' } })
    .say('sca.verdict', { sequence: 2, body: verdict })
    .say('sca.redeemed', { sequence: 3, body: { authenticationId: 'auth-1', redemptionId: 'redemption-1' } });
}

function recordedIn(told: Told): Told {
  const leaves = told.messages.filter(({ topic }) => !topic.endsWith('.dlq')).map(leafOf);
  leaves.forEach((leaf, index) => told.say('audit.entry', { key: 'main', body: { index, leaf } }));
  const { frontier } = appendLeaves(EMPTY_FRONTIER, leaves.map(leafHash));
  return told.say('audit.checkpoint', { key: 'main', body: { size: leaves.length, rootHash: hashToBase64(rootOf(frontier)) } });
}

const historyOf = (told: Told, over: Partial<History> = {}): History => ({
  gatewayId: 'demo',
  accepted: [{ authenticationId: 'auth-1', messageId: 'sca.requested-0', allowed: ['APPROVED'], amount: '247.50' }],
  refused: [],
  messages: told.messages,
  redeemed: [{ authenticationId: 'auth-1', redemptionId: 'redemption-1' }],
  vendorSessions: [{ vendorSessionId: 'v-1', metadata: { authentication_id: 'auth-1', amount: '247.50' }, decisionReads: 1, status: 'Approved' }],
  wholeLog: true,
  ...over,
});

const codes = (history: History): FindingCode[] => check(history).map(({ code }) => code);
const without = (told: Told, topic: string): Told => {
  const left = told.messages.filter((message) => message.topic !== topic);
  told.messages.splice(0, told.messages.length, ...left);
  return told;
};

describe('the checker, on a history in which every promise held', () => {
  it('finds nothing', () => expect(check(historyOf(recordedIn(story())))).toEqual([]));

  it('finds nothing in a verdict that was sent twice, byte for byte', () => {
    expect(check(historyOf(recordedIn(story()).say('sca.verdict', { id: 'sca.verdict-0', sequence: 2, body: verdict })))).toEqual([]);
  });

  it('finds nothing in messages that the reader read twice', () => {
    const told = recordedIn(story());
    told.messages.push(...told.messages.slice(0, 4));
    expect(check(historyOf(told))).toEqual([]);
  });
});

describe('the checker finds', () => {
  it('a lost request', () => expect(codes(historyOf(recordedIn(without(story(), 'sca.verdict')), { redeemed: [] }))).toContain('LOST'));

  it('two verdicts', () => expect(codes(historyOf(recordedIn(story().say('sca.verdict', { sequence: 4, body: { ...verdict, outcome: 'EXPIRED' } }))))).toContain('TWO_VERDICTS'));

  it('two verdicts under one id: other bytes are another verdict', () => {
    expect(codes(historyOf(recordedIn(story()).say('sca.verdict', { id: 'sca.verdict-0', valueHash: 'other', sequence: 2, body: verdict })))).toContain('TWO_VERDICTS');
  });

  it('an answer that the payer did not mean', () => {
    const accepted = [{ authenticationId: 'auth-1', messageId: null, allowed: ['DECLINED'], amount: '247.50' }];
    expect(codes(historyOf(recordedIn(story()), { accepted }))).toEqual(['WRONG_OUTCOME']);
  });

  it.each([
    ['no session at the vendor', []],
    ['a decision that nobody fetched', [{ vendorSessionId: 'v-1', metadata: { authentication_id: 'auth-1', amount: '247.50' }, decisionReads: 0, status: 'Approved' }]],
    ['a decision about another amount', [{ vendorSessionId: 'v-1', metadata: { authentication_id: 'auth-1', amount: '2.50' }, decisionReads: 1, status: 'Approved' }]],
    ['a decision that says no', [{ vendorSessionId: 'v-1', metadata: { authentication_id: 'auth-1', amount: '247.50' }, decisionReads: 1, status: 'Declined' }]],
    ['a decision about another payment', [{ vendorSessionId: 'v-1', metadata: { authentication_id: 'auth-2', amount: '247.50' }, decisionReads: 1, status: 'Approved' }]],
  ] as const)('an approval behind which there is %s', (_what, vendorSessions) => {
    expect(codes(historyOf(recordedIn(story()), { vendorSessions }))).toEqual(['APPROVED_WITHOUT_DECISION']);
  });

  it('an approval after the request had ended', () => {
    const told = story();
    told.messages[2] = { ...told.messages[2]!, body: { ...verdict, decidedAt: '2026-11-24T10:05:00.001Z' } };
    expect(codes(historyOf(recordedIn(told)))).toEqual(['APPROVED_LATE']);
  });

  it('an approval of another amount', () => {
    const told = story();
    told.messages[2] = { ...told.messages[2]!, body: { ...verdict, payment: { amount: '1247.50' } } };
    expect(codes(historyOf(recordedIn(told)))).toEqual(['OTHER_AMOUNT']);
  });

  it('a code that two callers redeemed', () => {
    const redeemed = [{ authenticationId: 'auth-1', redemptionId: 'redemption-1' }, { authenticationId: 'auth-1', redemptionId: 'redemption-2' }];
    expect(codes(historyOf(recordedIn(story()), { redeemed }))).toEqual(['REDEEMED_TWICE']);
  });

  it('a code that was redeemed without an approval', () => {
    const told = story();
    told.messages[2] = { ...told.messages[2]!, body: { ...verdict, outcome: 'DECLINED' } };
    expect(codes(historyOf(recordedIn(told)))).toContain('REDEEMED_UNAPPROVED');
  });

  it('messages of one key that came in another order than they were true', () => {
    const told = story();
    [told.messages[2], told.messages[3]] = [{ ...told.messages[2]!, sequence: 1 }, told.messages[3]!];
    expect(codes(historyOf(recordedIn(told.say('sca.session', { sequence: 0 }))))).toEqual(['ORDER']);
  });

  it('a message that should have been refused and was swallowed', () => {
    expect(codes(historyOf(recordedIn(story()), { refused: [{ messageId: 'poison-1', why: 'not-json' }] }))).toEqual(['NOT_DEAD_LETTERED']);
  });

  it('a good message that was set aside', () => {
    expect(codes(historyOf(recordedIn(story()).say('sca.decided.dlq', { id: 'decided-1' })))).toEqual(['DEAD_LETTERED']);
  });

  it('a verdict that the ledger does not know', () => {
    const told = recordedIn(story());
    told.say('sca.evidence', { id: 'evidence-1' });
    expect(codes(historyOf(told))).toEqual(['NOT_IN_LEDGER']);
  });

  it('one event that became two leaves', () => {
    const told = recordedIn(story());
    told.say('audit.entry', { key: 'main', body: { index: 4, leaf: leafOf(told.messages[0]!) } });
    expect(codes(historyOf(told))).toEqual(['LEAF_TWICE']);
  });

  it('a leaf that is missing on the topic', () => {
    const told = recordedIn(story());
    told.messages.splice(told.messages.findIndex(({ topic, body }) => topic === 'audit.entry' && body?.['index'] === 1), 1);
    expect(codes(historyOf(told))).toContain('LEDGER_GAP');
  });

  it('a checkpoint that signs another log', () => {
    const told = recordedIn(story());
    const last = told.messages.at(-1)!;
    told.messages[told.messages.length - 1] = { ...last, body: { ...last.body, rootHash: hashToBase64(leafHash('another')) } };
    expect(codes(historyOf(told))).toEqual(['LEDGER_ROOT']);
  });
});
