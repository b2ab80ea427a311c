import type { Action } from '../events/actions';
import type { Payment } from '../events/wire';
import type { ScaRequestedV1 } from '../events/wire';
import { type FieldError, fieldError } from './field-error';

/** These pay, now or later: amount and payee are shown and bound (RTS Article 5(1)). */
const PAYING: ReadonlySet<Action> = new Set<Action>(['payment', 'series_create', 'series_amend', 'mandate_setup']);
/** These are about a payee and no amount (RTS Article 13). */
const ABOUT_A_PAYEE: ReadonlySet<Action> = new Set<Action>(['trusted_list_create', 'trusted_list_amend']);

/** An action has a payment exactly where the payment is bound to its code: an amount that nothing binds must not look as if it were. */
export function paymentFitsAction({ action, payment }: ScaRequestedV1): FieldError[] {
  if (PAYING.has(action)) return completePayment(payment);
  if (ABOUT_A_PAYEE.has(action)) return payeeOnly(payment);
  return payment === undefined ? [] : [fieldError('payment', 'does not belong to this action: leave it out and say in description what the payer approves')];
}

function completePayment(payment: Payment | undefined): FieldError[] {
  if (payment === undefined) return [fieldError('payment', 'is missing: this action needs payment.amount, payment.currency and payment.payee')];
  const { amount, currency, payee, payees, kind = 'single' } = payment;
  const errors: FieldError[] = [];
  if (amount === undefined) errors.push(fieldError('payment.amount', 'is missing: send the amount as a decimal string'));
  if (currency === undefined) errors.push(fieldError('payment.currency', 'is missing: send the ISO 4217 code of the amount'));
  if (payee !== undefined && payees !== undefined) {
    errors.push(fieldError('payment.payees', 'and payment.payee exclude each other: send payees for a batch, payee for everything else'));
  } else if (kind === 'batch' && payees === undefined) errors.push(fieldError('payment.payees', 'is missing: a batch needs the list of its payees'));
  else if (kind !== 'batch' && payees !== undefined) errors.push(fieldError('payment.kind', 'must be "batch" where payment.payees is sent'));
  else if (kind !== 'batch' && payee === undefined) errors.push(fieldError('payment.payee', 'is missing: send account and name of the payee'));
  return errors;
}

function payeeOnly(payment: Payment | undefined): FieldError[] {
  if (payment === undefined) return [fieldError('payment', 'is missing: this action needs payment.payee')];
  const { amount, currency, payee, payees, kind } = payment;
  const errors: FieldError[] = [];
  if (payee === undefined) errors.push(fieldError('payment.payee', 'is missing: send account and name of the payee'));
  if (amount !== undefined) errors.push(fieldError('payment.amount', 'does not belong to this action: leave it out'));
  if (currency !== undefined) errors.push(fieldError('payment.currency', 'does not belong to this action: leave it out'));
  if (payees !== undefined) errors.push(fieldError('payment.payees', 'does not belong to this action: leave it out'));
  if (kind !== undefined) errors.push(fieldError('payment.kind', 'does not belong to this action: leave it out'));
  return errors;
}
