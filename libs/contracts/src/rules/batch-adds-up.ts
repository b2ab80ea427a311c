import { parseMoney } from '@assent/kernel';
import type { ScaRequestedV1 } from '../events/wire';
import { type FieldError, fieldError } from './field-error';

/** A batch's code binds the total and the payees (RTS Article 5(3)(b)): the total that is shown must be their sum. */
export function batchAddsUp({ payment }: ScaRequestedV1): FieldError[] {
  if (payment?.payees === undefined || payment.amount === undefined || payment.currency === undefined) return [];
  const total = parseMoney(payment.amount, payment.currency);
  let sum = 0n;
  for (const { amount } of payment.payees) {
    const part = parseMoney(amount, payment.currency);
    if (!part.ok) return [];
    sum += part.value.minor;
  }
  return total.ok && total.value.minor !== sum ? [fieldError('payment.amount', 'must be the sum of the amounts in payment.payees')] : [];
}
