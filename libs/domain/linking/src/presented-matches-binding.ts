import { type Money, type Result, formatMoney, normaliseAccount, ok, parseMoney, refuse, sameMoney } from '@assent/kernel';
import { type BatchBinding, type Binding, type BoundPayee, isPayment } from './binding';

/** What a gateway is about to execute, as it says on `redeem`. Amounts are decimal strings. */
export interface PresentedPayment {
  readonly amount?: string | null | undefined;
  readonly currency?: string | null | undefined;
  readonly payee?: PresentedPayee | null | undefined;
  readonly payees?: readonly PresentedShare[] | null | undefined;
}

export interface PresentedPayee {
  readonly account: string;
  readonly id?: string | null | undefined;
}

export interface PresentedShare {
  readonly account: string;
  readonly amount: string;
}

export type PresentedMatch = 'MATCH' | 'WITHIN_BLOCKED_AMOUNT';

export const PRESENTED_REFUSALS = [
  'CODE_ALREADY_USED',
  'AMOUNT_CHANGED',
  'CURRENCY_CHANGED',
  'PAYEE_CHANGED',
  'OVER_BLOCKED_AMOUNT',
  /** A payment's code was presented without amount, currency or payee. */
  'PAYMENT_FIELDS_REQUIRED',
  /** A code that binds no money was presented for a payment. */
  'PAYMENT_FIELDS_UNEXPECTED',
] as const;
export type PresentedRefusal = (typeof PRESENTED_REFUSALS)[number];

type Match = Result<PresentedMatch, PresentedRefusal>;

const present = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;

/** Longer texts are no amounts of anything, and are not searched for trailing zeros. */
const AMOUNT_LENGTH_MAX = 32;

/** Compared as decimals: `100`, `100.0` and `100.00` are one amount (vector DL-007). Null where it is no amount of the currency. */
function decimal(amount: string, currency: string): Money | null {
  if (amount.length > AMOUNT_LENGTH_MAX) return null;
  const shortest = amount.includes('.') ? amount.replace(/\.?0+$/, '') : amount;
  const money = parseMoney(shortest, currency, 'atMost');
  return money.ok ? money.value : null;
}

/** Accounts in normal form. Names are bound and shown, never compared; a merchant id only where both sides name one. */
const samePayee = (bound: BoundPayee, presented: PresentedPayee): boolean =>
  bound.account === normaliseAccount(presented.account) && (bound.id === null || !present(presented.id) || bound.id === presented.id);

/** Lists as sets that may hold the same member several times: a payee may be paid twice in one batch. */
const sameMembers = (a: readonly string[], b: readonly string[]): boolean => {
  const left = [...a].sort();
  const right = [...b].sort();
  return left.length === right.length && left.every((member, i) => member === right[i]);
};

function matchShares(binding: BatchBinding, presented: readonly PresentedShare[]): Match {
  const accounts = presented.map((share) => normaliseAccount(share.account));
  if (!sameMembers(binding.payees.map((share) => share.account), accounts)) return refuse('PAYEE_CHANGED');
  const share = (account: string, amount: string): string => `${decimal(amount, binding.currency)?.minor ?? 'none'} ${account}`;
  const bound = binding.payees.map((payee) => share(payee.account, payee.amount));
  return sameMembers(bound, presented.map((payee) => share(normaliseAccount(payee.account), payee.amount))) ? ok('MATCH') : refuse('AMOUNT_CHANGED');
}

function matchAmount(binding: { kind: string; amount: string; currency: string }, presented: string): Match {
  const bound = decimal(binding.amount, binding.currency);
  const asked = decimal(presented, binding.currency);
  if (bound === null || asked === null) return refuse('AMOUNT_CHANGED');
  if (sameMoney(bound, asked)) return ok('MATCH');
  if (binding.kind !== 'card_blocked') return refuse('AMOUNT_CHANGED');
  return asked.minor < bound.minor ? ok('WITHIN_BLOCKED_AMOUNT') : refuse('OVER_BLOCKED_AMOUNT');
}

function matchWithoutMoney(binding: Binding, presented: PresentedPayment): Match {
  if (present(presented.amount) || present(presented.currency) || present(presented.payees)) return refuse('PAYMENT_FIELDS_UNEXPECTED');
  if (!present(presented.payee)) return ok('MATCH');
  if (binding.kind !== 'trusted_payee') return refuse('PAYMENT_FIELDS_UNEXPECTED');
  return samePayee(binding.payee, presented.payee) ? ok('MATCH') : refuse('PAYEE_CHANGED');
}

/**
 * Whether a code approves what is about to be executed (RTS 2018/389 Article 5(1)(c) and (d), 5(3)): used before, currency, amount, payees,
 * in this order. A plain payment and a batch must be exactly what was approved, also not less; of a blocked card amount a part may be taken,
 * a cent more needs a new approval (the schemes' 20 % is no legal tolerance). Log-ins and risky actions are presented without payment fields.
 */
export function matchPresented(binding: Binding, presented: PresentedPayment, codeUsedBefore: boolean): Match {
  if (codeUsedBefore) return refuse('CODE_ALREADY_USED');
  if (!isPayment(binding)) return matchWithoutMoney(binding, presented);
  const payees = binding.kind === 'batch' ? presented.payees : presented.payee;
  if (!present(presented.amount) || !present(presented.currency) || !present(payees)) return refuse('PAYMENT_FIELDS_REQUIRED');
  if (binding.currency !== presented.currency) return refuse('CURRENCY_CHANGED');
  const amount = matchAmount(binding, presented.amount);
  if (!amount.ok) return amount;
  if (binding.kind === 'batch') return present(presented.payee) || !present(presented.payees) ? refuse('PAYEE_CHANGED') : matchShares(binding, presented.payees);
  return !present(presented.payees) && present(presented.payee) && samePayee(binding.payee, presented.payee) ? amount : refuse('PAYEE_CHANGED');
}

/** The presented amount with all decimals of the binding's currency; null where no money is bound or it is no amount of that currency. */
export function presentedAmount(binding: Binding, presented: PresentedPayment): string | null {
  if (!isPayment(binding) || !present(presented.amount)) return null;
  const money = decimal(presented.amount, binding.currency);
  return money === null ? null : formatMoney(money);
}
