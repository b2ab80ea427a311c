import type { Authentication } from './authentication';
import { UNKNOWN } from './authentication';
import type { Command } from './commands';
import { ATTEMPTS_MAX } from './decide/payer-decides';
import { confirmIt, decision, demandIt, fetched, given, metadataOf, openIt, request, SESSION_ID, START_MS, TTL_MS, typesOf, verdictIn, when } from './testing/scenario';

const at = (command: Command, nowMs: number): Command => ({ ...command, nowMs }) as Command;
const decided = (decision_: string, more: Partial<Extract<Command, { type: 'ApplyDecision' }>> = {}): Command => ({ ...demandIt, decision: decision_, ...more }) as Command;
const END_MS = START_MS + TTL_MS;
const expire = (nowMs = END_MS): Command => ({ type: 'Expire', nowMs });
const awaiting = given(demandIt);
const opening = given(demandIt, confirmIt);
const inCheck = given(demandIt, confirmIt, openIt);

describe('a decision of the exemption engine', () => {
  it.each([
    ['EXEMPT', 'EXEMPT', 'EXEMPTED'],
    ['OUT_OF_SCOPE', 'OUT_OF_SCOPE', 'OUT_OF_SCOPE'],
    ['SCA_PROHIBITED', 'SCA_PROHIBITED', 'SCA_PROHIBITED'],
  ])('given %s, when it arrives in time, then it is the answer and the gateway may proceed', (decision_, outcome, reason) => {
    expect(verdictIn(when(decided(decision_), UNKNOWN).events)).toMatchObject({ outcome, reasons: [reason], mayProceed: true, assurance: null });
  });

  it.each(['EXEMPT', 'OUT_OF_SCOPE', 'SCA_PROHIBITED', 'SCA_REQUIRED', 'SCA_PERMITTED', 'SCA_BEST_EFFORT'])('given %s, when it arrives at the expiry or later, then the answer is EXPIRED', (decision_) => {
    expect(verdictIn(when(decided(decision_, { nowMs: END_MS }), UNKNOWN).events)).toMatchObject({ outcome: 'EXPIRED', mayProceed: false });
    const restRequest = given({ type: 'ReceiveRequest', request });
    expect(verdictIn(when(decided(decision_, { nowMs: END_MS }), restRequest).events)?.outcome).toBe('EXPIRED');
  });

  it.each(['SCA_REQUIRED', 'SCA_PERMITTED', 'SCA_BEST_EFFORT'])('given %s, when it arrives in time, then the payer is asked, unless the payer is blocked', (decision_) => {
    expect(when(decided(decision_), UNKNOWN).state).toMatchObject({ status: 'AWAITING_PAYER', demand: decision_, attempt: 0 });
    expect(verdictIn(when(decided(decision_, { payerBlocked: true }), UNKNOWN).events)).toMatchObject({ outcome: 'DECLINED', reasons: ['PAYER_BLOCKED'], payerFailed: false });
  });

  it('given a request that ended before its decision, when EXEMPT comes late, then nothing changes and nothing is sent again', () => {
    const expired = given({ type: 'ReceiveRequest', request }, expire());
    const late = when(decided('EXEMPT', { nowMs: END_MS + 1 }), expired);
    expect(typesOf(late.events)).toEqual(['LateDecisionNoted']);
    expect(late.state).toMatchObject({ status: 'DECIDED', verdict: { outcome: 'EXPIRED' } });
    expect(typesOf(when(decided('EXEMPT', { nowMs: END_MS + 2 }), late.state).events)).toEqual(['VerdictRepeated']);
  });

  it('given an answered request, when the gateway asks again, then the stored answer is repeated; with other content it is refused', () => {
    const exempt = given(decided('EXEMPT'));
    expect(typesOf(when(decided('SCA_REQUIRED'), exempt).events)).toEqual(['VerdictRepeated']);
    expect(when(decided('EXEMPT', { request: { ...request, requestHash: 'b'.repeat(64) } }), exempt).refusal).toBe('REQUEST_CONFLICT');
  });

  it('given a request under way, when the decision is repeated, then nothing happens; with other content it is refused', () => {
    for (const state of [awaiting, opening, inCheck]) {
      expect(when(decided('EXEMPT'), state).events).toEqual([]);
      expect(when(decided('EXEMPT', { request: { ...request, requestHash: 'b'.repeat(64) } }), state).refusal).toBe('REQUEST_CONFLICT');
    }
  });

  it('given a gateway that only speaks REST, when a decision comes on a request that nobody made here, then it is refused', () => {
    expect(when(decided('EXEMPT', { onlyByRest: true }), UNKNOWN).refusal).toBe('REQUEST_UNKNOWN');
    expect(when(decided('EXEMPT', { onlyByRest: true }), given({ type: 'ReceiveRequest', request })).state.status).toBe('DECIDED');
  });

  it('given a known request, when REST sends it again, then it is the same one or a conflict', () => {
    for (const state of [given({ type: 'ReceiveRequest', request }), awaiting, given(decided('EXEMPT'))]) {
      expect(when({ type: 'ReceiveRequest', request }, state).refusal).toBe('SAME_REQUEST');
      expect(when({ type: 'ReceiveRequest', request: { ...request, requestHash: 'c'.repeat(64) } }, state).refusal).toBe('REQUEST_CONFLICT');
    }
  });
});

describe('a confirmation', () => {
  it('given other content on the page than would be bound, when the payer confirms, then no session is made', () => {
    expect(when({ ...confirmIt, shownHash: 'f'.repeat(64) } as Command, awaiting).refusal).toBe('OTHER_CONTENT_SHOWN');
  });
  it('given a confirmed payment, when the payer confirms again, then it has no effect', () => {
    for (const state of [opening, inCheck]) expect(when(confirmIt, state).refusal).toBe('ALREADY_CONFIRMED');
  });
  it('given an expired, decided, undecided or unknown request, when the payer confirms, then it is refused', () => {
    expect(when(at(confirmIt, END_MS), awaiting).refusal).toBe('REQUEST_OVER');
    expect(when(confirmIt, given(decided('EXEMPT'))).refusal).toBe('ALREADY_DECIDED');
    expect(when(confirmIt, given({ type: 'ReceiveRequest', request })).refusal).toBe('NOT_DEMANDED');
    expect(when(confirmIt, UNKNOWN).refusal).toBe('NOT_DEMANDED');
  });
  it('given a payer who was blocked meanwhile, when they confirm, then the request is declined', () => {
    expect(verdictIn(when({ ...confirmIt, payerBlocked: true } as Command, awaiting).events)).toMatchObject({ outcome: 'DECLINED', reasons: ['PAYER_BLOCKED'] });
  });
  it('given an opening whose process has ended, when the payer confirms again, then the next attempt begins', () => {
    const again = when(at(confirmIt, START_MS + 1000 + 10_000), opening);
    expect(typesOf(again.events)).toEqual(['OpeningFailed', 'PayerConfirmed']);
    expect(again.state).toMatchObject({ status: 'OPENING', attempt: 2 });
  });
  it('given many begun attempts, when the payer confirms once more, then no further session is paid for', () => {
    const failure: Command = { type: 'FailOpening', attempt: 0, failure: 'LOST', nowMs: START_MS + 2000 };
    let state: Authentication = awaiting;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) state = when({ ...failure, attempt }, when(confirmIt, state).state).state;
    expect(state).toMatchObject({ status: 'AWAITING_PAYER', attempt: ATTEMPTS_MAX });
    expect(when(confirmIt, state).refusal).toBe('TOO_MANY_ATTEMPTS');
  });
});

describe("the vendor's answer to a create call", () => {
  const created = (changes: object): Command => ({ ...openIt, ...changes });
  it.each([
    ['was seen before', { vendorSessionId: SESSION_ID, status: 'Not Started', seenBefore: true }],
    ['was begun', { vendorSessionId: SESSION_ID, status: 'In Progress', seenBefore: false }],
    ['was approved', { vendorSessionId: SESSION_ID, status: 'Approved', seenBefore: false }],
    ['is in an unknown status', { vendorSessionId: SESSION_ID, status: 'not started', seenBefore: false }],
  ])('given a session that %s, when it is answered, then it is refused and the attempt stays open', (_, session) => {
    const { events, state } = when(created({ created: session }), opening);
    expect(typesOf(events)).toEqual(['VendorSessionRefused']);
    expect(state.status).toBe('OPENING');
  });
  it('given an attempt that is over, when its answer comes late, then the session is refused', () => {
    const moved: [string, Authentication][] = [
      ['cancelled', given(demandIt, confirmIt, { type: 'Cancel', nowMs: START_MS + 1200 })],
      ['refused', given(demandIt, confirmIt, { type: 'Refuse', shownHash: null, nowMs: START_MS + 1200 })],
      ['given up', given(demandIt, confirmIt, { type: 'FailOpening', attempt: 1, failure: 'VENDOR_UNAVAILABLE', nowMs: START_MS + 1200 })],
      ['next attempt', given(demandIt, confirmIt, at(confirmIt, START_MS + 11_000))],
    ];
    for (const [, state] of moved) expect(typesOf(when(openIt, state).events)).toEqual(['VendorSessionRefused']);
    expect(typesOf(when(at(openIt, END_MS), opening).events)).toEqual(['VendorSessionRefused']);
  });
  it.each([
    ['NO_ENROLLED_FACE', 'DECLINED', 'NO_ENROLLED_FACE'],
    ['PAYER_REFUSED', 'DECLINED', 'VENDOR_REFUSED'],
    ['DEPLOYMENT_REFUSED', 'UNAVAILABLE', 'VENDOR_REFUSED'],
  ] as const)('given the refusal %s, when it is final for this request, then the request ends as %s', (failure, outcome, reason) => {
    expect(verdictIn(when({ type: 'FailOpening', attempt: 1, failure, nowMs: START_MS + 2000 }, opening).events)).toMatchObject({ outcome, reasons: [reason], mayProceed: false });
  });
  it('given a vendor that is away, when the time is up, then the answer is UNAVAILABLE; had the payer not confirmed, EXPIRED', () => {
    const failed = given(demandIt, confirmIt, { type: 'FailOpening', attempt: 1, failure: 'VENDOR_UNAVAILABLE', nowMs: START_MS + 2000 });
    expect(failed).toMatchObject({ status: 'AWAITING_PAYER', attempt: 1, lastFailure: 'VENDOR_UNAVAILABLE' });
    expect(verdictIn(when(expire(), failed).events)).toMatchObject({ outcome: 'UNAVAILABLE', reasons: ['VENDOR_UNAVAILABLE'], mayProceed: false });
    expect(verdictIn(when(expire(), awaiting).events)).toMatchObject({ outcome: 'EXPIRED', reasons: ['REQUEST_EXPIRED'] });
  });
  it('given best effort and a policy that lets proceed, when the vendor cannot be had, then only a payer who never opened the page is let off', () => {
    const bestEffort = decided('SCA_BEST_EFFORT', { policyLetsProceed: true });
    const failure: Command = { type: 'FailOpening', attempt: 1, failure: 'DEPLOYMENT_REFUSED', nowMs: START_MS + 2000 };
    expect(verdictIn(when(failure, given(bestEffort, confirmIt)).events)?.mayProceed).toBe(true);
    expect(verdictIn(when(failure, given(bestEffort, { type: 'ServePage' }, confirmIt)).events)?.mayProceed).toBe(false);
    expect(verdictIn(when(failure, given(decided('SCA_BEST_EFFORT'), confirmIt)).events)?.mayProceed).toBe(false);
    expect(verdictIn(when(failure, given(decided('SCA_REQUIRED', { policyLetsProceed: true }), confirmIt)).events)?.mayProceed).toBe(false);
  });
});

describe('an open check', () => {
  it.each(['Abandoned', 'Expired', 'Kyc Expired'])('given the vendor session is %s, when it is fetched, then the payer may confirm again as the next attempt', (status) => {
    const ended = when(fetched(decision({ status })), inCheck);
    expect(typesOf(ended.events)).toEqual(['DecisionRead', 'AttemptEnded']);
    expect(ended.state).toMatchObject({ status: 'AWAITING_PAYER', attempt: 1, lastFailure: null });
    expect(when(at(confirmIt, START_MS + 70_000), ended.state).state).toMatchObject({ status: 'OPENING', attempt: 2 });
  });
  it('given a session that the vendor no longer has, when that is certain, then the payer may confirm again', () => {
    expect(when(fetched('GONE'), inCheck).state).toMatchObject({ status: 'AWAITING_PAYER', attempt: 1 });
  });
  it('given a review that is not allowed, when the vendor puts the case in review, then the request is declined', () => {
    expect(verdictIn(when(fetched(decision({ status: 'In Review' })), inCheck).events)).toMatchObject({ outcome: 'DECLINED', reasons: ['REVIEW_DECLINED'] });
  });
  it('given a review, when it goes back and forth, then the expiry moves once', () => {
    const long = { ...demandIt, request: { ...request, reviewSeconds: 600 } } as Command;
    const reviewed = given(long, confirmIt, openIt, fetched(decision({ status: 'In Review' })));
    expect(reviewed).toMatchObject({ status: 'IN_REVIEW', expiresAtMs: START_MS + 660_000 });
    const resumed = when(fetched(decision({ status: 'Resubmitted' }), { nowMs: START_MS + 100_000 }), reviewed).state;
    expect(resumed).toMatchObject({ status: 'IN_CHECK', session: { status: 'Resubmitted' } });
    const again = when(fetched(decision({ status: 'In Review' }), { nowMs: START_MS + 600_000 }), resumed).state;
    expect(again).toMatchObject({ status: 'IN_REVIEW', expiresAtMs: START_MS + 660_000 });
    expect(when(fetched(decision({ status: 'In Review' })), again).events).toEqual([]);
  });
  it('given a short review, when it is entered, then the request does not end earlier than promised', () => {
    const short = { ...demandIt, request: { ...request, reviewSeconds: 10 } } as Command;
    expect(given(short, confirmIt, openIt, fetched(decision({ status: 'In Review' })))).toMatchObject({ expiresAtMs: END_MS });
  });
  it.each([
    ['the payer refuses', { type: 'Refuse', shownHash: null, nowMs: START_MS + 2000 }, 'DECLINED', 'PAYER_REFUSED'],
    ['the gateway cancels', { type: 'Cancel', nowMs: START_MS + 2000 }, 'CANCELLED', 'GATEWAY_CANCELLED'],
    ['the time is up', { type: 'Expire', nowMs: END_MS }, 'EXPIRED', 'REQUEST_EXPIRED'],
  ] as const)('given %s, then the request ends and the unfinished session is deleted', (_, command, outcome, reason) => {
    const { events } = when(command, inCheck);
    expect(verdictIn(events)).toMatchObject({ outcome, reasons: [reason], mayProceed: false, payerFailed: false });
    expect(events).toContainEqual({ type: 'VendorSessionDiscarded', vendorSessionId: SESSION_ID });
  });
  it('given a session in review, when the request ends, then the session is left to the reviewer', () => {
    const reviewed = given({ ...demandIt, request: { ...request, reviewSeconds: 600 } } as Command, confirmIt, openIt, fetched(decision({ status: 'In Review' })));
    expect(typesOf(when({ type: 'Cancel', nowMs: START_MS + 70_000 }, reviewed).events)).toEqual(['VerdictReached']);
  });
  it('given time is left or already over, when somebody expires or cancels, then it is refused', () => {
    expect(when(expire(END_MS - 1), inCheck).refusal).toBe('NOT_OVER');
    expect(when({ type: 'Cancel', nowMs: END_MS }, inCheck).refusal).toBe('REQUEST_OVER');
    expect(when({ type: 'Refuse', shownHash: null, nowMs: END_MS }, inCheck).refusal).toBe('REQUEST_OVER');
  });
  it('given progress, when a webhook reports it, then it is told once; of another session, or too late, never', () => {
    const note = (changes: object): Command => ({ type: 'NoteVendorStatus', vendorSessionId: SESSION_ID, status: 'In Progress', nowMs: START_MS + 2000, ...changes });
    const first = when(note({}), inCheck);
    expect(first.events).toEqual([{ type: 'VendorStatusChanged', status: 'In Progress' }]);
    expect(when(note({}), first.state).events).toEqual([]);
    expect(when(note({ vendorSessionId: 'other' }), inCheck).events).toEqual([]);
    expect(when(note({ nowMs: END_MS }), inCheck).events).toEqual([]);
    expect(when(note({ status: 'Half Done' }), inCheck).state).toMatchObject({ status: 'IN_CHECK', session: { status: 'Half Done' } });
  });
});

describe('another payment of the same payer', () => {
  const supersede = (nowMs: number): Command => ({ type: 'Supersede', nowMs, openingMaxMs: 10_000 });
  it('given an open check, when the payer turns to another payment, then its session is deleted and it waits again', () => {
    expect(typesOf(when(supersede(START_MS + 5000), inCheck).events)).toEqual(['VendorSessionDiscarded', 'Superseded']);
  });
  it('given an open check whose time is up, when the payer turns to another payment, then it ends there and its session is deleted', () => {
    const { events } = when(supersede(END_MS), inCheck);
    expect(typesOf(events)).toEqual(['VerdictReached', 'VendorSessionDiscarded']);
    expect(verdictIn(events)?.outcome).toBe('EXPIRED');
  });
  it('given a session that is still being made, when the payer turns to another payment, then the other waits, until the opening is lost', () => {
    expect(when(supersede(START_MS + 5000), opening).refusal).toBe('OPENING_UNDER_WAY');
    expect(typesOf(when(supersede(START_MS + 11_000), opening).events)).toEqual(['OpeningFailed']);
    expect(typesOf(when({ type: 'GiveUpOpening', nowMs: START_MS + 11_000, openingMaxMs: 10_000 }, opening).events)).toEqual(['OpeningFailed']);
    expect(when({ type: 'GiveUpOpening', nowMs: START_MS + 10_999, openingMaxMs: 10_000 }, opening).refusal).toBe('OPENING_UNDER_WAY');
  });
  it('given a payment without a check, when the payer turns to another, then nothing happens to it', () => {
    for (const state of [awaiting, given(decided('EXEMPT')), UNKNOWN]) expect(when(supersede(START_MS + 5000), state).refusal).toBe('NOTHING_TO_SUPERSEDE');
  });
});

describe('after the verdict', () => {
  const approved = given(demandIt, confirmIt, openIt, fetched());
  it.each(['Declined', 'Resubmitted', 'In Review'])('given an approval, when the vendor takes it back with %s, then it is overturned once', (status) => {
    const overturned = when(fetched(decision({ status })), approved);
    expect(typesOf(overturned.events)).toContain('ApprovalOverturned');
    expect(typesOf(when(fetched(decision({ status })), overturned.state).events)).not.toContain('ApprovalOverturned');
    expect(typesOf(when(fetched(decision({ status: 'Approved' })), overturned.state).events)).toEqual([]);
  });
  it.each(['Approved', 'Kyc Expired', 'Abandoned', 'Something New'])('given an approval, when the vendor reports %s, then it stands', (status) => {
    expect(when(fetched(decision({ status })), approved).events).toEqual([]);
  });
  it('given an approval, when another session or a decision about another one is fetched, then it stands', () => {
    expect(when(fetched(decision({ status: 'Declined' }), { vendorSessionId: 'other' }), approved).events).toEqual([]);
    expect(when(fetched(decision({ status: 'Declined', vendorSessionId: 'other' })), approved).events).toEqual([]);
    expect(when(fetched('GONE'), approved).events).toEqual([]);
  });
  it('given a refusal, when the vendor approves later, then nothing is granted; a session that came to life again is deleted', () => {
    const declined = given(demandIt, confirmIt, openIt, fetched(decision({ status: 'Declined' })));
    expect(when(fetched(decision({ status: 'Approved' })), declined).events).toEqual([]);
    expect(when(fetched(decision({ status: 'Resubmitted' })), declined).events).toEqual([{ type: 'VendorSessionDiscarded', vendorSessionId: SESSION_ID }]);
  });
  it('given any verdict, when anything else is tried, then it is refused', () => {
    const tries: Command[] = [confirmIt, { type: 'Refuse', shownHash: null, nowMs: START_MS }, { type: 'Cancel', nowMs: START_MS }, expire(), { type: 'FailOpening', attempt: 1, failure: 'LOST', nowMs: START_MS }];
    for (const command of tries) expect(when(command, approved).refusal).toBe('ALREADY_DECIDED');
    expect(metadataOf(1)['authentication_id']).toBe('auth-0001');
  });
});
