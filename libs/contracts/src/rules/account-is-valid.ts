import { isIban, looksLikeIban } from '@assent/kernel';
import type { ScaRequestedV1 } from '../events/wire';
import { type FieldError, fieldError } from './field-error';

const WRONG_IBAN = 'looks like an IBAN but is none: check its digits, its length and its country';
const NO_IBAN = 'must be an IBAN: a credit transfer in euro within the EEA goes to one (Regulation (EU) 260/2012)';

/** A mistyped IBAN is refused before anybody approves a payment to it. Accounts of other schemes are taken as they are. */
export function accountIsValid({ payment, facts }: ScaRequestedV1): FieldError[] {
  if (payment === undefined) return [];
  const ibanOnly = facts?.instrument === 'credit_transfer' && facts.payeePsp === 'EEA' && payment.currency === 'EUR';
  const check = (field: string, account: string): FieldError[] => {
    if (isIban(account)) return [];
    if (looksLikeIban(account)) return [fieldError(field, WRONG_IBAN)];
    return ibanOnly ? [fieldError(field, NO_IBAN)] : [];
  };
  return [
    ...(payment.payee === undefined ? [] : check('payment.payee.account', payment.payee.account)),
    ...(payment.payees ?? []).flatMap(({ account }, i) => check(`payment.payees[${i}].account`, account)),
  ];
}
