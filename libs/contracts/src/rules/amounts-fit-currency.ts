import { type MoneyRefusal, currencyDigits, parseMoney } from '@assent/kernel';
import type { PaymentOutcomeV1 } from '../events/wire';
import type { ScaRequestedV1 } from '../events/wire';
import { type FieldError, fieldError } from './field-error';

const decimalsInWords = (digits: number): string => (digits === 0 ? 'no decimals' : `exactly ${digits} decimals`);

function cureOf(refusal: MoneyRefusal, currency: string): string {
  switch (refusal) {
    case 'AMOUNT_DECIMALS':
      return `must have ${decimalsInWords(currencyDigits(currency) ?? 0)}, as its currency does (ISO 4217)`;
    case 'AMOUNT_TOO_LARGE':
      return 'is larger than any payment: send at most 15 digits before the point';
    case 'AMOUNT_MALFORMED':
    case 'CURRENCY_UNKNOWN':
      return 'must be a decimal string in the currency\'s own number of decimals, for example "247.50"';
  }
}

const unknownCurrency = (field: string): FieldError => fieldError(field, 'is no payment currency of ISO 4217: send one, for example "EUR"');

const amountError = (field: string, amount: string, currency: string): FieldError[] => {
  const parsed = parseMoney(amount, currency);
  return parsed.ok ? [] : [fieldError(field, cureOf(parsed.error, currency))];
};

/** Amounts are written in the currency's own number of decimals, neither fewer nor more: "100.0" EUR is refused, not guessed at. */
export function amountsFitCurrency({ payment }: ScaRequestedV1): FieldError[] {
  if (payment?.currency === undefined) return [];
  const { amount, currency, payees = [] } = payment;
  if (currencyDigits(currency) === null) return [unknownCurrency('payment.currency')];
  return [
    ...(amount === undefined ? [] : amountError('payment.amount', amount, currency)),
    ...payees.flatMap((payee, i) => amountError(`payment.payees[${i}].amount`, payee.amount, currency)),
  ];
}

/** The same for what became of a payment. */
export function outcomeAmountsFitCurrency({ amount, currency, fraud }: PaymentOutcomeV1): FieldError[] {
  if (currencyDigits(currency) === null) return [unknownCurrency('currency')];
  const recovered = fraud?.recovered ?? null;
  return [...amountError('amount', amount, currency), ...(recovered === null ? [] : amountError('fraud.recovered', recovered, currency))];
}
