import type { ScaRequestedV1 } from '../events/wire';
import { type FieldError, fieldError } from './field-error';

const ZERO = /^[0.]+$/;

/** Nobody approves a payment of nothing. A mandate may be set up before its amounts are known. */
export function amountIsPositive({ action, payment }: ScaRequestedV1): FieldError[] {
  if (payment === undefined || action === 'mandate_setup') return [];
  const { amount, payees = [] } = payment;
  return [
    ...(amount !== undefined && ZERO.test(amount) ? [fieldError('payment.amount', 'must be more than zero')] : []),
    ...payees.flatMap((payee, i) => (ZERO.test(payee.amount) ? [fieldError(`payment.payees[${i}].amount`, 'must be more than zero')] : [])),
  ];
}
