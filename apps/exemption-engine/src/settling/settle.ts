import type { PaymentOutcomeV1 } from '@assent/contracts';
import { type CounterCommand, executedWeight, type Policy, wholeBudget, type CounterKind, convert, whole } from '@assent/domain-exemption';
import type { Money } from '@assent/kernel';
import type { AuthenticationRecord } from '../storage/authentication-table';
import type { CounterBook } from '../storage/counter-book';
import type { CounterKey } from '../storage/counter-table';
import type { SettlingOutcome } from '../storage/outcome-table';

/** Counters that a verdict on this authentication moves: its own share's, and the one that an approval resets. */
export function countersOfVerdict({ standing }: AuthenticationRecord): CounterKey[] {
  if (standing?.instrument == null) return [];
  const { instrument, counted, resets } = standing;
  return [counted?.kind, resets].flatMap((kind) => (kind == null ? [] : [{ ...instrument, kind }]));
}

/** Counters that an outcome of its payment moves. */
export function countersOfOutcome({ standing }: AuthenticationRecord): CounterKey[] {
  return standing?.instrument == null || standing.counted === null ? [] : [{ ...standing.instrument, kind: standing.counted.kind }];
}

/** Whether an approval counts as strong customer authentication in this house. */
export const isStrong = ({ assurance }: NonNullable<AuthenticationRecord['verdict']>, { resetsCounters }: Policy): boolean =>
  assurance !== null && resetsCounters.includes(assurance);

/**
 * What a verdict does: any other than EXEMPT gives the hold back, and an approval by strong customer authentication opens a new epoch.
 * One factor is no strong customer authentication (PSD2 Article 4(30)), so by default it resets nothing.
 */
export function settleVerdict(
  record: AuthenticationRecord,
  verdict: NonNullable<AuthenticationRecord['verdict']>,
  policy: Policy,
  book: CounterBook,
): AuthenticationRecord {
  const judged = { ...record, verdict };
  const released = verdict.outcome === 'EXEMPT' ? judged : moveShare(judged, { type: 'RELEASE' }, book);
  const { standing } = released;
  const resets = verdict.outcome === 'APPROVED' && isStrong(verdict, policy);
  if (resets && standing?.instrument != null && standing.resets !== null)
    book.move({ ...standing.instrument, kind: standing.resets }, null, { type: 'AUTHENTICATE' });
  return released;
}

/** What an outcome does: an execution is spent, whatever was said before; a payment that will not happen gives its hold back. */
export function settleOutcome(record: AuthenticationRecord, { kind, money }: SettlingOutcome, policy: Policy, book: CounterBook): AuthenticationRecord {
  const counted = record.standing?.counted;
  switch (kind) {
    case 'EXECUTED': {
      if (counted == null) return record;
      const weight = executedWeight({ money: counted.paid, weight: counted.share.amount }, money) ?? wholeBudget(counted.kind, policy.profile);
      return moveShare(record, { type: 'EXECUTE', amount: weight }, book);
    }
    case 'DECLINED':
    case 'REVERSED':
      return moveShare(record, { type: 'RELEASE' }, book);
    // A refund is another payment, and gives nothing back. A fraud report is for the fraud books.
    case 'REFUNDED':
    case 'FRAUD_REPORTED':
      return record;
  }
}

function moveShare(record: AuthenticationRecord, command: CounterCommand, book: CounterBook): AuthenticationRecord {
  const { standing } = record;
  if (standing?.instrument == null || standing.counted === null) return record;
  const { instrument, counted } = standing;
  const share = book.move({ ...instrument, kind: counted.kind }, counted.share, command);
  return share === null ? record : { ...record, standing: { ...standing, counted: { ...counted, share } } };
}

/** What a payment that never came here does to a counter: null where it does nothing. */
export interface StrayMove {
  readonly kind: CounterKind;
  readonly does: 'SPEND' | 'RESET';
}

/**
 * A payment that was executed without coming here. The gateway says how: with authentication it resets, without it counts. What it does
 * not say counts: as a remote payment, unauthenticated.
 */
export function strayMove({ kind, facts }: Pick<PaymentOutcomeV1, 'kind' | 'facts'>, { settings: { counterScope } }: Policy): StrayMove | null {
  if (kind !== 'EXECUTED' || facts?.initiator === 'payee' || facts?.instrument === 'direct_debit' || facts?.auth === 'OUT_OF_SCOPE') return null;
  const counter: CounterKind = facts?.remote === false ? 'contactless' : 'lowValue';
  if (facts?.auth === 'SCA') return typeof facts.remote === 'boolean' ? { kind: counter, does: 'RESET' } : null;
  if (counterScope === 'all_unauthenticated') return { kind: counter, does: 'SPEND' };
  const own = facts?.auth === 'EX16' ? 'lowValue' : facts?.auth === 'EX11' ? 'contactless' : null;
  return own === null ? null : { kind: own, does: 'SPEND' };
}

/** Moves a counter by a payment that never came here. An amount in another currency has no rate here, and so takes the whole budget. */
export function moveByStray(key: CounterKey, { does }: StrayMove, money: Money, policy: Policy, book: CounterBook): void {
  if (does === 'RESET') {
    book.move(key, null, { type: 'AUTHENTICATE' });
    return;
  }
  const amount = money.currency === key.currency ? convert(money, whole(1n), key.currency) : null;
  const weight = amount ?? wholeBudget(key.kind, policy.profile);
  const share = book.move(key, null, { type: 'WATCH', amount: weight });
  book.move(key, share, { type: 'EXECUTE', amount: weight });
}
