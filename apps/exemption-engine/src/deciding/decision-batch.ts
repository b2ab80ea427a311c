import type { ScaDecidedV1 } from '@assent/contracts';
import { countingOf, counterResetBy, type Decision, decideRequest, type Facts, type Policy, weightInCounter } from '@assent/domain-exemption';
import { settleOutcome, settleVerdict } from '../settling/settle';
import type { AuthenticationRecord, Standing } from '../storage/authentication-table';
import type { CounterBook } from '../storage/counter-book';
import type { SettlingOutcome } from '../storage/outcome-table';
import { type Candidate, countersOf, gatewayOf } from './candidate';
import { decidedBody } from './decided-body';
import type { PlannedRequest } from './request-plan';

export interface BatchParts {
  readonly policy: Policy;
  /** The database's time. */
  readonly nowMs: number;
  readonly plan: readonly PlannedRequest[];
  /** First requests, by key. */
  readonly candidates: ReadonlyMap<string, Candidate>;
  /** Authentications as they were locked. */
  readonly records: ReadonlyMap<string, AuthenticationRecord>;
  readonly book: CounterBook;
  /** Bodies that were published before, of requests that are repeated. */
  readonly known: ReadonlyMap<string, ScaDecidedV1>;
  /** Outcomes that came before their request. */
  readonly waiting: ReadonlyMap<string, readonly SettlingOutcome[]>;
}

/** One batch between its locks and its writes: everything in memory, message after message. */
export class DecisionBatch {
  readonly plan: readonly PlannedRequest[];
  readonly book: CounterBook;
  /** Bodies of the decisions that this batch makes, by key. */
  readonly decided = new Map<string, ScaDecidedV1>();
  private readonly touched = new Map<string, AuthenticationRecord>();

  constructor(private readonly parts: BatchParts) {
    this.plan = parts.plan;
    this.book = parts.book;
  }

  /** Authentications to write. */
  changed(): AuthenticationRecord[] {
    return [...this.touched.values()];
  }

  /** Decides a first request and takes its share of the counter. */
  decide(key: string): Decision {
    const candidate = this.parts.candidates.get(key);
    if (candidate === undefined) throw new Error('invariant broken: a first request was prepared');
    const { event, requestHash, assumed } = candidate;
    const { policy, nowMs } = this.parts;
    const facts = this.withCounters(candidate);
    const decision = decideRequest(facts, policy, { exemptions: event.body.exemptions ?? 'ANY', retriesSoftDecline: event.body.retryOf !== undefined });
    this.decided.set(key, decidedBody({ event, gatewayId: gatewayOf(event), requestHash, decision, policy, assumed, nowMs }));
    this.touched.set(key, this.settledEarly({ ...this.recordOf(key), standing: this.standing(candidate, facts, decision) }));
    return decision;
  }

  /** What is published of a decided request, for the first time or again. */
  nextPublication(key: string): { readonly body: ScaDecidedV1; readonly sequence: number } {
    const body = this.decided.get(key) ?? this.parts.known.get(key);
    if (body === undefined) throw new Error('invariant broken: a decision that is repeated was kept');
    const record = this.recordOf(key);
    const sequence = record.published + 1;
    this.touched.set(key, { ...record, published: sequence });
    return { body, sequence };
  }

  private recordOf(key: string): AuthenticationRecord {
    const record = this.touched.get(key) ?? this.parts.records.get(key);
    if (record === undefined) throw new Error('invariant broken: a request is decided on a locked row');
    return record;
  }

  /** Only the counter of the payment's own channel is looked up: a rule of another channel fails for that reason alone. */
  private withCounters(candidate: Candidate): Facts {
    const counters = Object.fromEntries(countersOf(candidate).map((key) => [key.kind, this.book.spent(key)]));
    return { ...candidate.facts, counters: { lowValue: null, contactless: null, ...counters } };
  }

  private standing({ requestHash, instrument }: Candidate, facts: Facts, decision: Decision): Standing {
    return {
      requestHash,
      decision: decision.decision,
      exemption: decision.exemption,
      decidedAtMs: this.parts.nowMs,
      instrument,
      counted: instrument === null ? null : this.takeShare(instrument, facts, decision),
      resets: instrument === null ? null : counterResetBy(facts.action, facts.channel),
    };
  }

  private takeShare(instrument: NonNullable<Standing['instrument']>, facts: Facts, decision: Decision): Standing['counted'] {
    const { settings, profile } = this.parts.policy;
    const counting = countingOf(decision, facts, settings);
    if (counting === null || facts.amount === null) return null;
    const amount = weightInCounter(counting.kind, facts, profile, settings);
    const share = this.book.move({ ...instrument, kind: counting.kind }, null, { type: counting.spends ? 'HOLD' : 'WATCH', amount });
    return share === null ? null : { kind: counting.kind, share, paid: facts.amount };
  }

  /** A verdict or an outcome that came before the request had nothing to settle then; now it has. */
  private settledEarly(record: AuthenticationRecord): AuthenticationRecord {
    const { policy, waiting } = this.parts;
    const judged = record.verdict === null ? record : settleVerdict(record, record.verdict, policy, this.book);
    return (waiting.get(record.key) ?? []).reduce((settled, outcome) => settleOutcome(settled, outcome, policy, this.book), judged);
  }
}
