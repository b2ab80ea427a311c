import type { ScaRequestedV1 } from '../events/wire';
import { type FieldError, fieldError } from './field-error';

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** The id travels on topics and to the vendor: it must not be who the payer is. */
export const payerIsPseudonymous = ({ payer }: ScaRequestedV1): FieldError[] =>
  EMAIL.test(payer.id) ? [fieldError('payer.id', 'looks like an e-mail address: send a pseudonym of the payer instead')] : [];
