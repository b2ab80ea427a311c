import type { ScaDecidedV1 } from '@assent/contracts';
import { countingOf, counterResetBy, type Decision, decideRequest, type Facts, weightInCounter } from '@assent/domain-exemption';
import { isStrong, settleOutcome, settleVerdict } from '../settling/settle';
import type { AuthenticationRecord, Standing } from '../storage/authentication-table';
import { type Approval } from '../payer-books/approvals';
import { effectOfApproval } from '../payer-books/approval-effect';
import type { CounterBook } from '../storage/counter-book';
import type { Decided } from '../storage/decided-table';
import type { SettlingOutcome } from '../storage/outcome-table';
import { type Candidate, countersOf, gatewayOf } from './candidate';
import { decidedBody } from './decided-body';
import type { OwnFacts } from './own-facts';
import type { SoftDeclines } from './soft-declines';
import type { PlannedRequest } from './request-plan';

export interface BatchParts {
  readonly ownFacts: OwnFacts;
  readonly softDeclines: SoftDeclines;
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
  /** The decisions that this batch makes, by key. */
  readonly decided = new Map<string, Decided>();
  /** What approvals change that came before their request. */
  readonly approvals: Approval[] = [];
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
    const { event, requestHash, assumed, policy, namespace } = candidate;
    const { nowMs, softDeclines } = this.parts;
    const facts = this.withCounters(candidate);
    const softDecline = softDeclines.get(key) ?? null;
    const decision = decideRequest(facts, policy, {
      exemptions: event.body.exemptions ?? 'ANY',
      retriesSoftDecline: softDecline !== null,
      ...(softDecline === null ? {} : { softDeclineAction: softDecline.action }),
    });
    const body = decidedBody({ event, gatewayId: gatewayOf(event), requestHash, decision, policy, facts, softDecline, assumed, nowMs });
    const effect = effectOfApproval(event.body);
    const { instrument, channel, initiator, rate } = facts;
    this.decided.set(key, {
      key,
      body,
      namespace,
      instrument,
      remote: channel === null ? null : channel === 'remote',
      initiator,
      rate: rate?.unitsPerBase ?? null,
      effect,
    });
    const record = this.settledEarly({ ...this.recordOf(key), standing: this.standing(candidate, facts, decision) }, candidate);
    this.touched.set(key, record);
    if (record.verdict?.outcome === 'APPROVED' && effect !== null) {
      const sca = isStrong(record.verdict, policy);
      this.approvals.push({ key, namespace, payerId: event.body.payer.id, effect, sca, atMs: nowMs, causationId: event.id });
    }
    return decision;
  }

  /** What is published of a decided request, for the first time or again. */
  nextPublication(key: string): { readonly body: ScaDecidedV1; readonly sequence: number } {
    const body = this.decided.get(key)?.body ?? this.parts.known.get(key);
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
    return { ...this.parts.ownFacts.of(candidate), counters: { lowValue: null, contactless: null, ...counters } };
  }

  private standing({ requestHash, instrument, policy }: Candidate, facts: Facts, decision: Decision): Standing {
    return {
      requestHash,
      decision: decision.decision,
      exemption: decision.exemption,
      decidedAtMs: this.parts.nowMs,
      instrument,
      counted: instrument === null ? null : this.takeShare(instrument, facts, decision, policy),
      resets: instrument === null ? null : counterResetBy(facts.action, facts.channel),
    };
  }

  private takeShare(
    instrument: NonNullable<Standing['instrument']>,
    facts: Facts,
    decision: Decision,
    { settings, profile }: Candidate['policy'],
  ): Standing['counted'] {
    const counting = countingOf(decision, facts, settings);
    if (counting === null || facts.amount === null) return null;
    const amount = weightInCounter(counting.kind, facts, profile, settings);
    const share = this.book.move({ ...instrument, kind: counting.kind }, null, { type: counting.spends ? 'HOLD' : 'WATCH', amount });
    return share === null ? null : { kind: counting.kind, share, paid: facts.amount };
  }

  /** A verdict or an outcome that came before the request had nothing to settle then; now it has. */
  private settledEarly(record: AuthenticationRecord, { policy }: Candidate): AuthenticationRecord {
    const { waiting } = this.parts;
    const judged = record.verdict === null ? record : settleVerdict(record, record.verdict, policy, this.book);
    return (waiting.get(record.key) ?? []).reduce((settled, outcome) => settleOutcome(settled, outcome, policy, this.book), judged);
  }
}
