import { type Result, formatMoney, invariant, normaliseAccount, ok, parseMoney, refuse } from '@assent/kernel';
import type { ApprovalRequest, RequestedPayee, RequestedPayment } from './approval-request';

/** Who receives the money, as shown and bound. The account is in normal form, the name exactly as the gateway wrote it. */
export interface BoundPayee {
  readonly account: string;
  readonly name: string;
  /** The gateway's merchant id, where it gave one. */
  readonly id: string | null;
}

/** One line of a batch: an amount (decimal string in the batch's currency) for one payee. */
export interface BoundShare {
  readonly account: string;
  readonly name: string;
  readonly amount: string;
}

interface Bound {
  /** `payment`, `login`, … as in `sca.requested`. */
  readonly action: string;
  readonly reference: string | null;
  readonly description: string | null;
}

interface BoundAmount extends Bound {
  /** Decimal string with all decimals of the currency. */
  readonly amount: string;
  readonly currency: string;
}

/** Exactly this amount to exactly this payee (RTS 2018/389 Article 5(1)). */
export interface SingleBinding extends BoundAmount {
  readonly kind: 'single';
  readonly payee: BoundPayee;
}

/** At most this amount, blocked on a card, to exactly this payee (Article 5(3)(a)). */
export interface BlockedBinding extends BoundAmount {
  readonly kind: 'card_blocked';
  readonly payee: BoundPayee;
}

/** This total, split over these payees (Article 5(3)(b)). The shares add up to the amount. */
export interface BatchBinding extends BoundAmount {
  readonly kind: 'batch';
  readonly payees: readonly BoundShare[];
}

/** A payee and no amount: an entry of the list of trusted payees (Article 13). */
export interface TrustedPayeeBinding extends Bound {
  readonly kind: 'trusted_payee';
  readonly payee: BoundPayee;
}

/** No money: a log-in, access to an account, or a risky action in the words of its description. */
export interface ActionBinding extends Bound {
  readonly kind: 'action';
}

/**
 * What an approval binds (dynamic linking, RTS 2018/389 Article 5): the one value that the page shows, the vendor's metadata carries, the
 * authentication code is signed over and `redeem` compares with. It is plain JSON, so that what is stored is what was hashed.
 */
export type Binding = SingleBinding | BlockedBinding | BatchBinding | TrustedPayeeBinding | ActionBinding;
export type PaymentBinding = SingleBinding | BlockedBinding | BatchBinding;

export type BindingRefusal =
  | 'ACTION_UNKNOWN'
  | 'AMOUNT_INVALID'
  | 'DESCRIPTION_MISSING'
  | 'KIND_UNKNOWN'
  | 'PAYEE_MISSING'
  | 'PAYEES_INVALID'
  | 'PAYMENT_MISSING'
  | 'PAYMENT_UNEXPECTED'
  | 'TOTAL_DIFFERS';

/** Approved with an amount: a payment, or the set-up of a series of payments or of a mandate (Articles 14 and 97(1)(c) of the directive). */
const ACTIONS_WITH_AMOUNT: ReadonlySet<string> = new Set(['payment', 'series_create', 'series_amend', 'mandate_setup']);
const ACTIONS_WITH_PAYEE: ReadonlySet<string> = new Set(['trusted_list_create', 'trusted_list_amend']);
const ACCESS_ACTIONS: ReadonlySet<string> = new Set(['login', 'account_access']);
const DESCRIBED_ACTIONS: ReadonlySet<string> = new Set([
  'tokenise_instrument', 'device_enrolment', 'portrait_replace', 'change_contact_details', 'change_password', 'raise_limit', 'other_risky_remote_action',
]);

export const isPayment = (binding: Binding): binding is PaymentBinding => binding.kind === 'single' || binding.kind === 'card_blocked' || binding.kind === 'batch';

const payeeOf = (payee: RequestedPayee): BoundPayee => ({ account: normaliseAccount(payee.account), name: payee.name, id: payee.id ?? null });

/** The amount of a request in its wire form, all decimals present; null where it is no amount of that currency. Zero is one: mandates are set up with it. */
function amountOf(payment: RequestedPayment): { amount: string; currency: string; minor: bigint } | null {
  if (typeof payment.amount !== 'string' || typeof payment.currency !== 'string') return null;
  const money = parseMoney(payment.amount, payment.currency);
  if (!money.ok) return null;
  return { amount: formatMoney(money.value), currency: money.value.currency, minor: money.value.minor };
}

function sharesOf(payment: RequestedPayment, currency: string): { shares: BoundShare[]; total: bigint } | null {
  const shares: BoundShare[] = [];
  let total = 0n;
  for (const payee of payment.payees ?? []) {
    const money = parseMoney(payee.amount, currency);
    if (!money.ok) return null;
    total += money.value.minor;
    shares.push({ account: normaliseAccount(payee.account), name: payee.name, amount: formatMoney(money.value) });
  }
  return shares.length === 0 ? null : { shares, total };
}

function bindAmount(bound: Bound, payment: RequestedPayment): Result<PaymentBinding, BindingRefusal> {
  const money = amountOf(payment);
  if (money === null) return refuse('AMOUNT_INVALID');
  const { amount, currency } = money;
  const kind = payment.kind ?? 'single';
  if (kind === 'batch') {
    const batch = sharesOf(payment, currency);
    if (batch === null || payment.payee) return refuse('PAYEES_INVALID');
    return batch.total === money.minor ? ok({ ...bound, kind, amount, currency, payees: batch.shares }) : refuse('TOTAL_DIFFERS');
  }
  if (kind !== 'single' && kind !== 'card_blocked') return refuse('KIND_UNKNOWN');
  if (payment.payees) return refuse('PAYEES_INVALID');
  if (!payment.payee) return refuse('PAYEE_MISSING');
  return ok({ ...bound, kind, amount, currency, payee: payeeOf(payment.payee) });
}

/** Like {@link bindingOf}, with the reason instead of an exception. */
export function tryBindingOf(request: ApprovalRequest): Result<Binding, BindingRefusal> {
  const payment = request.payment ?? null;
  const bound: Bound = { action: request.action, reference: payment?.reference ?? null, description: request.description ?? null };
  if (ACTIONS_WITH_AMOUNT.has(request.action)) return payment === null ? refuse('PAYMENT_MISSING') : bindAmount(bound, payment);
  if (ACTIONS_WITH_PAYEE.has(request.action)) {
    if (!payment?.payee) return refuse('PAYEE_MISSING');
    const hasAmount = payment.amount !== undefined && payment.amount !== null;
    return hasAmount ? refuse('PAYMENT_UNEXPECTED') : ok({ ...bound, kind: 'trusted_payee', payee: payeeOf(payment.payee) });
  }
  if (payment !== null) return refuse('PAYMENT_UNEXPECTED');
  if (ACCESS_ACTIONS.has(request.action)) return ok({ ...bound, kind: 'action' });
  if (!DESCRIBED_ACTIONS.has(request.action)) return refuse('ACTION_UNKNOWN');
  return bound.description === null || bound.description === '' ? refuse('DESCRIPTION_MISSING') : ok({ ...bound, kind: 'action' });
}

/**
 * The binding of a request that has passed the contract's validation (the `request` part of `sca.decided`).
 * @throws where the request cannot be bound: the contract has let something through that it must refuse, and nothing may be shown or approved.
 */
export function bindingOf(request: ApprovalRequest): Binding {
  const binding = tryBindingOf(request);
  invariant(binding.ok, `a validated request can be bound (${binding.ok ? '' : binding.error})`);
  return binding.value;
}
