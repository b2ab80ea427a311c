import type { ScaRequestedV1 } from '../events/wire';
import { type FieldError, fieldError } from './field-error';

/** Soft declines are answers to payments, and the request that got one is another than this. */
export function retryNamesAnotherRequest({ action, authenticationId, retryOf }: ScaRequestedV1): FieldError[] {
  if (retryOf === undefined) return [];
  if (action !== 'payment') return [fieldError('retryOf', 'belongs to payments: leave it out')];
  return retryOf.authenticationId === authenticationId ? [fieldError('retryOf.authenticationId', 'must name the earlier request, not this one')] : [];
}
