import fc from 'fast-check';
import { type Authentication, type AuthenticationEvent, evolve, UNKNOWN } from './authentication';
import type { Command } from './commands';
import { decide } from './decide/decide';
import type { FetchedDecision } from './fetched-decision';
import { decision, metadataOf, POLICY, request, START_MS, TTL_MS, VENDOR_DATA } from './testing/scenario';

/** Commands in no order at all, mostly near the good ones, so that runs get far and the last step is often wrong in one point. */
const sessionId = fc.constantFrom('session-1', 'session-2');
const nowMs = fc.constantFrom(START_MS, START_MS + 1000, START_MS + 20_000, START_MS + 200_000, START_MS + TTL_MS - 1, START_MS + TTL_MS, START_MS + 2 * TTL_MS);
const rarely = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> => fc.oneof({ arbitrary: fc.constant(usual), weight: 6 }, { arbitrary: fc.constantFrom(...others), weight: 1 });
const attempt = fc.constantFrom(1, 2, 3);

const fetchedDecision: fc.Arbitrary<FetchedDecision> = fc.record({
  vendorSessionId: sessionId,
  status: fc.oneof(fc.constant('Approved'), fc.constantFrom('Declined', 'In Review', 'In Progress', 'Abandoned', 'Resubmitted', 'Expired', 'approved', 'New')),
  environment: rarely<string | null>(POLICY.environment, 'live', null),
  workflowId: rarely<string | null>(POLICY.workflowId, 'other', null),
  vendorData: rarely<string | null>(VENDOR_DATA, 'demo/other', null),
  metadata: fc.oneof({ arbitrary: attempt.map((n): unknown => metadataOf(n)), weight: 5 }, { arbitrary: fc.constantFrom<unknown>(null, {}, { ...metadataOf(1), amount: '1.00' }), weight: 1 }),
  liveness: rarely<FetchedDecision['liveness']>([{ status: 'Approved' }], null, [], [{ status: 'Declined' }]),
  faceMatches: rarely<FetchedDecision['faceMatches']>([{ status: 'Approved' }], null, [], [{ status: 'In Review' }]),
});

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    type: fc.constant('ApplyDecision' as const),
    decision: fc.constantFrom('SCA_REQUIRED', 'SCA_PERMITTED', 'SCA_BEST_EFFORT', 'EXEMPT'),
    request: rarely({ ...request, reviewSeconds: 600 }, request, { ...request, requestHash: 'b'.repeat(64) }),
    onlyByRest: fc.constant(false), payerBlocked: rarely(false, true), policyLetsProceed: fc.boolean(), nowMs,
  }),
  fc.constant({ type: 'ReceiveRequest', request }),
  fc.constant({ type: 'ServePage' }),
  fc.record({ type: fc.constant('Confirm' as const), shownHash: rarely(request.shownHash, 'f'.repeat(64)), payerBlocked: rarely(false, true), openingMaxMs: fc.constant(10_000), nowMs }),
  fc.record({
    type: fc.constant('AcceptCreatedSession' as const), attempt,
    created: fc.record({ vendorSessionId: sessionId, status: rarely('Not Started', 'In Progress', 'Approved'), seenBefore: rarely(false, true) }),
    vendorData: fc.constant(VENDOR_DATA), metadata: attempt.map((n) => metadataOf(n)), nowMs,
  }),
  fc.record({ type: fc.constant('FailOpening' as const), attempt, failure: fc.constantFrom('VENDOR_UNAVAILABLE', 'LOST', 'NO_ENROLLED_FACE'), nowMs }),
  fc.record({ type: fc.constant('NoteVendorStatus' as const), vendorSessionId: sessionId, status: fc.constantFrom('Approved', 'In Progress', 'Declined', 'Abandoned'), nowMs }),
  fc.record({
    type: fc.constant('ApplyFetchedDecision' as const), vendorSessionId: sessionId, answer: fc.oneof<fc.Arbitrary<FetchedDecision | 'GONE'>[]>(fetchedDecision, fc.constant('GONE')),
    policy: rarely(POLICY, { ...POLICY, allowSingleFactor: false }), otherFactors: fc.constant([]), nowMs,
  }),
  fc.record({ type: fc.constant('Refuse' as const), shownHash: fc.constant(null), nowMs }),
  fc.record({ type: fc.constantFrom('Cancel' as const, 'Expire' as const), nowMs }),
  fc.record({ type: fc.constantFrom('Supersede' as const, 'GiveUpOpening' as const), openingMaxMs: fc.constant(10_000), nowMs }),
);

interface Step {
  readonly command: Command;
  readonly before: Authentication;
  readonly events: readonly AuthenticationEvent[];
  readonly after: Authentication;
}

function run(commands: readonly Command[]): Step[] {
  let state: Authentication = UNKNOWN;
  return commands.map((next) => {
    const result = decide(next, state);
    const events = result.ok ? result.value : [];
    const before = state;
    state = events.reduce(evolve, state);
    return { command: next, before, events, after: state };
  });
}

/** The seven rules once more, written against the history alone. */
function mayApprove(steps: readonly Step[]): boolean {
  const last = steps.at(-1);
  if (last?.command.type !== 'ApplyFetchedDecision' || last.command.answer === 'GONE') return false;
  const { answer, policy, vendorSessionId, nowMs: fetchedAtMs } = last.command;
  const history = steps.flatMap(({ events }) => events);
  const confirmed = history.findLastIndex(({ type }) => type === 'PayerConfirmed');
  const opened = history.findLastIndex(({ type }) => type === 'VendorSessionOpened');
  const session = history[opened];
  const confirmation = history[confirmed];
  if (session?.type !== 'VendorSessionOpened' || confirmation?.type !== 'PayerConfirmed' || confirmed > opened) return false;
  if (history.slice(opened).some(({ type }) => type === 'Superseded' || type === 'AttemptEnded')) return false;
  const taking = steps.findLast(({ events }) => events.some(({ type }) => type === 'VendorSessionOpened'))?.command;
  if (taking?.type !== 'AcceptCreatedSession' || taking.created.seenBefore) return false;
  const review = history.findLast((event) => event.type === 'ReviewEntered');
  const expiresAtMs = review?.type === 'ReviewEntered' ? review.expiresAtMs : request.expiresAtMs;
  return (
    confirmation.shownHash === request.shownHash && confirmation.attempt === session.attempt && session.session.status === 'Not Started' &&
    fetchedAtMs < expiresAtMs && session.session.vendorSessionId === vendorSessionId && answer.vendorSessionId === vendorSessionId &&
    answer.status === 'Approved' && answer.vendorData === VENDOR_DATA && answer.environment === policy.environment && answer.workflowId === policy.workflowId &&
    JSON.stringify(answer.metadata) === JSON.stringify(session.session.metadata) &&
    (answer.liveness ?? []).length > 0 && (answer.faceMatches ?? []).length > 0 &&
    [...(answer.liveness ?? []), ...(answer.faceMatches ?? [])].every(({ status }) => status === 'Approved') && policy.allowSingleFactor
  );
}

const GOOD: Command[] = [
  { type: 'ApplyDecision', decision: 'SCA_REQUIRED', request, onlyByRest: false, payerBlocked: false, policyLetsProceed: false, nowMs: START_MS },
  { type: 'Confirm', shownHash: request.shownHash, payerBlocked: false, openingMaxMs: 10_000, nowMs: START_MS + 1000 },
  { type: 'AcceptCreatedSession', attempt: 1, created: { vendorSessionId: 'session-1', status: 'Not Started', seenBefore: false }, vendorData: VENDOR_DATA, metadata: metadataOf(1), nowMs: START_MS + 1000 },
  { type: 'ApplyFetchedDecision', vendorSessionId: 'session-1', answer: decision(), policy: POLICY, otherFactors: [], nowMs: START_MS + 1000 },
];
/** The good commands in their order, with anything in between: most runs reach a check, and many an approval. */
const nearlyGood = fc.tuple(...GOOD.map((good) => fc.tuple(fc.array(command, { maxLength: 2 }), rarely(good, { type: 'ServePage' })))).map((parts) => parts.flatMap(([noise, good]) => [...noise, good]));
const runs = fc.oneof(nearlyGood, fc.tuple(nearlyGood, fc.array(command, { maxLength: 8 })).map(([a, b]) => [...a, ...b]), fc.array(command, { maxLength: 25 }));

describe('in whatever order things happen', () => {
  it('then APPROVED is reached only where all conditions held at once', () => {
    let approvals = 0;
    fc.assert(
      fc.property(runs, (commands) => {
        const steps = run(commands);
        steps.forEach(({ events }, i) => {
          if (!events.some((event) => event.type === 'VerdictReached' && event.verdict.outcome === 'APPROVED')) return;
          approvals += 1;
          expect(mayApprove(steps.slice(0, i + 1))).toBe(true);
        });
      }),
      { numRuns: 3000 },
    );
    // A property that never sees an approval would prove nothing.
    expect(approvals).toBeGreaterThan(300);
  });

  it('then there is at most one verdict, and a decided authentication stays as it is', () => {
    fc.assert(
      fc.property(runs, (commands) => {
        const steps = run(commands);
        const verdicts = steps.flatMap(({ events }) => events).filter(({ type }) => type === 'VerdictReached');
        expect(verdicts.length).toBeLessThanOrEqual(1);
        for (const { before, after } of steps) {
          if (before.status === 'DECIDED') expect(after).toMatchObject({ status: 'DECIDED', verdict: before.verdict });
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('then a session is taken only while the payer waits for it, and every unfinished one is deleted or still open', () => {
    fc.assert(
      fc.property(runs, (commands) => {
        for (const { before, events, after } of run(commands)) {
          for (const event of events) if (event.type === 'VendorSessionOpened') expect(before.status).toBe('OPENING');
          const left = before.status === 'IN_CHECK' && after.status !== 'IN_CHECK' && after.status !== 'IN_REVIEW';
          if (!left || before.session.status !== 'Not Started') continue;
          const toldByVendor = events.some(({ type }) => type === 'DecisionRead' || type === 'AttemptEnded');
          const deleted = events.some((event) => event.type === 'VendorSessionDiscarded' && event.vendorSessionId === before.session.vendorSessionId);
          expect(toldByVendor || deleted).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
