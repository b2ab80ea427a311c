import { UNKNOWN } from './authentication';
import type { FetchedDecision } from './fetched-decision';
import { confirmIt, decision, demandIt, fetched, given, metadataOf, openIt, POLICY, request, SESSION_ID, START_MS, TTL_MS, typesOf, verdictIn, when } from './testing/scenario';

const inCheck = given(demandIt, confirmIt, openIt);

describe('an approval needs everything (DESIGN section 3)', () => {
  it('given a confirmed payment, when a fetched decision holds in every point, then it approves and says with what', () => {
    const { events, state } = when(fetched(), inCheck);
    expect(typesOf(events)).toEqual(['DecisionRead', 'FactorProven', 'VendorStatusChanged', 'VerdictReached']);
    expect(verdictIn(events)).toEqual({
      outcome: 'APPROVED', reasons: ['AUTHENTICATED'], mayProceed: true, assurance: 'SINGLE_FACTOR',
      factors: [{ category: 'INHERENCE', method: 'face', provenAtMs: START_MS + 60_000 }], decidedAtMs: START_MS + 60_000, payerFailed: false,
    });
    expect(state.status).toBe('DECIDED');
  });

  it('given a proven key beside the face, when the decision approves, then it is strong customer authentication', () => {
    const key = { category: 'POSSESSION', method: 'hwk', provenAtMs: START_MS } as const;
    const { events } = when(fetched(decision(), { otherFactors: [key], policy: { ...POLICY, allowSingleFactor: false } }), inCheck);
    expect(verdictIn(events)).toMatchObject({ outcome: 'APPROVED', assurance: 'SCA', factors: [{ method: 'face' }, { method: 'hwk' }] });
  });

  it('given a second element of the same category, when one factor is not enough, then it is declined', () => {
    const voice = { category: 'INHERENCE', method: 'vbm', provenAtMs: START_MS } as const;
    const { events } = when(fetched(decision(), { otherFactors: [voice], policy: { ...POLICY, allowSingleFactor: false } }), inCheck);
    expect(verdictIn(events)).toMatchObject({ outcome: 'DECLINED', reasons: ['FACTORS_INSUFFICIENT'], mayProceed: false, assurance: null, payerFailed: false });
  });

  it('given the face alone, when single factor is not allowed, then it is declined and the proven factor is still told', () => {
    const { events } = when(fetched(decision(), { policy: { ...POLICY, allowSingleFactor: false } }), inCheck);
    expect(verdictIn(events)).toMatchObject({ outcome: 'DECLINED', reasons: ['FACTORS_INSUFFICIENT'], factors: [{ method: 'face' }] });
  });

  const failed: [string, Partial<FetchedDecision>][] = [
    ['no liveness ever ran', { liveness: null }],
    ['no liveness result', { liveness: [] }],
    ['no face match ever ran', { faceMatches: null }],
    ['no face match result', { faceMatches: [] }],
    ['liveness in review', { liveness: [{ status: 'In Review' }] }],
    ['face declined', { faceMatches: [{ status: 'Declined' }] }],
    ['one of two face matches declined', { faceMatches: [{ status: 'Approved' }, { status: 'Declined' }] }],
    ['another case', { liveness: [{ status: 'approved' }] }],
    ['an unknown check status', { liveness: [{ status: 'Approved with remarks' }] }],
    ['the session declined', { status: 'Declined' }],
  ];
  it.each(failed)('given %s, when the decision is fetched, then authentication failed, and the answer does not say which element', (_, changes) => {
    const { events } = when(fetched(decision(changes)), inCheck);
    expect(verdictIn(events)).toMatchObject({ outcome: 'DECLINED', reasons: ['AUTHENTICATION_FAILED'], mayProceed: false, factors: [], payerFailed: true });
  });

  const foreign: [string, Partial<FetchedDecision>][] = [
    ['another session', { vendorSessionId: 'session-2' }],
    ['another payer', { vendorData: 'demo/user-43' }],
    ['nobody', { vendorData: null }],
    ['another environment', { environment: 'live' }],
    ['no environment', { environment: null }],
    ['another workflow', { workflowId: 'workflow-2' }],
    ['no workflow', { workflowId: null }],
  ];
  it.each(foreign)('given a decision about %s, when it says Approved, then it is declined and does not count against the payer', (_, changes) => {
    const { events } = when(fetched(decision(changes)), inCheck);
    expect(verdictIn(events)).toMatchObject({ outcome: 'DECLINED', reasons: ['AUTHENTICATION_FAILED'], payerFailed: false });
  });

  const relinked: [string, unknown][] = [
    ['another amount', { ...metadataOf(1), amount: '9247.50' }],
    ['the amount as a number', { ...metadataOf(1), amount: 247.5 }],
    ['another currency', { ...metadataOf(1), currency: 'GBP' }],
    ['another payee', { ...metadataOf(1), payee_account: 'DE89370400440532013000' }],
    ['a field too many', { ...metadataOf(1), note: 'x' }],
    ['nothing', null],
    ['a list', []],
    ['the metadata of another attempt', metadataOf(2)],
    ['the metadata of another authentication', metadataOf(1, 'auth-0002')],
  ];
  it.each(relinked)('given %s in the metadata, when the decision says Approved or In Review, then dynamic linking is violated', (_, metadata) => {
    for (const status of ['Approved', 'In Review']) {
      const { events } = when(fetched(decision({ metadata, status })), inCheck);
      expect(verdictIn(events)).toMatchObject({ outcome: 'DECLINED', reasons: ['DYNAMIC_LINKING_VIOLATION'], payerFailed: false });
    }
  });

  it.each(['Not Started', 'In Progress', 'Awaiting User', 'Resubmitted', 'approved', 'APPROVED', 'Approved ', 'Verified', ''])(
    'given the status "%s", when it is fetched, then nothing is decided',
    (status) => {
      const { events, state } = when(fetched(decision({ status })), inCheck);
      expect(verdictIn(events)).toBeNull();
      expect(state.status).toBe('IN_CHECK');
    },
  );

  it('given the last millisecond, when the decision is fetched, then it counts; at the expiry itself the answer is EXPIRED', () => {
    expect(verdictIn(when(fetched(decision(), { nowMs: START_MS + TTL_MS - 1 }), inCheck).events)?.outcome).toBe('APPROVED');
    const late = when(fetched(decision(), { nowMs: START_MS + TTL_MS }), inCheck);
    expect(verdictIn(late.events)).toMatchObject({ outcome: 'EXPIRED', reasons: ['REQUEST_EXPIRED'], mayProceed: false });
    expect(typesOf(late.events)).toContain('VendorSessionDiscarded');
  });

  it('given a session that the payer never confirmed, when its decision says Approved, then nothing happens', () => {
    for (const state of [UNKNOWN, given(demandIt), given(demandIt, confirmIt)]) expect(when(fetched(), state).events).toEqual([]);
  });

  it('given a webhook that says Approved, when nothing was fetched, then nothing is decided', () => {
    const { events } = when({ type: 'NoteVendorStatus', vendorSessionId: SESSION_ID, status: 'Approved', nowMs: START_MS + 2000 }, inCheck);
    expect(events).toEqual([]);
  });

  it('given a superseded check, when its decision says Approved, then neither this payment nor another is approved', () => {
    const superseded = given(demandIt, confirmIt, openIt, { type: 'Supersede', nowMs: START_MS + 3000, openingMaxMs: 10_000 });
    expect(superseded.status).toBe('AWAITING_PAYER');
    expect(when(fetched(), superseded).events).toEqual([]);
    const again = given(demandIt, confirmIt, openIt, { type: 'Supersede', nowMs: START_MS + 3000, openingMaxMs: 10_000 }, { ...confirmIt, nowMs: START_MS + 4000 } as typeof confirmIt);
    expect(again).toMatchObject({ status: 'OPENING', attempt: 2 });
    expect(when(fetched(), again).events).toEqual([]);
  });

  it('given a review that is allowed, when the reviewer approves in time, then it is approved', () => {
    const reviewed = given({ ...demandIt, request: { ...request, reviewSeconds: 3600 } } as typeof demandIt, confirmIt, openIt, fetched(decision({ status: 'In Review' })));
    expect(reviewed).toMatchObject({ status: 'IN_REVIEW', expiresAtMs: START_MS + 60_000 + 3_600_000 });
    const { events } = when(fetched(decision(), { nowMs: START_MS + 3_000_000 }), reviewed);
    expect(verdictIn(events)).toMatchObject({ outcome: 'APPROVED' });
    expect(verdictIn(when(fetched(decision({ status: 'Declined' })), reviewed).events)).toMatchObject({ reasons: ['REVIEW_DECLINED'], payerFailed: false });
  });
});
