import type { PaymentOutcomeV1 } from '../events/wire';
import { type FieldError, fieldError } from './field-error';

/** A fraud report without its facts would be counted in no quarter, and a report hidden in another kind not at all (RTS Article 19). */
export function fraudFitsKind({ kind, fraud }: PaymentOutcomeV1): FieldError[] {
  const reported = fraud !== undefined && fraud !== null;
  if (kind === 'FRAUD_REPORTED') return reported ? [] : [fieldError('fraud', 'is missing: FRAUD_REPORTED needs kind, executedAt and registeredAt')];
  return reported ? [fieldError('fraud', 'belongs to kind FRAUD_REPORTED: leave it out')] : [];
}
