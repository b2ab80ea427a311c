import { field } from './field';

/** Decimal notation without sign, exponent or leading zeros. How many decimals the currency has is a rule between two fields (rules/money.ts). */
const AMOUNT = '^(0|[1-9][0-9]{0,14})(\\.[0-9]{1,4})?$';
const RATE = '^(0|[1-9][0-9]{0,14})(\\.[0-9]{1,12})?$';
const CURRENCY = '^[A-Z]{3}$';

const pattern = (description: string, source: string, cure: string, cureOfNumber?: string): PropertyDecorator => {
  const expression = new RegExp(source, 'u');
  const rule = { description, schema: { type: 'string', pattern: source }, cure };
  return field(cureOfNumber === undefined ? rule : { ...rule, cureOfNumber }, (value) => typeof value === 'string' && expression.test(value));
};

/** Money: a decimal string in the currency's own number of decimals. */
export const Amount = (description: string): PropertyDecorator =>
  pattern(
    description,
    AMOUNT,
    'must be a decimal string in the currency\'s own number of decimals, for example "247.50" in EUR or "1200" in JPY',
    'send it as a decimal string in the currency\'s own number of decimals, for example "247.50"',
  );

/** An ISO 4217 code. */
export const Currency = (description: string): PropertyDecorator =>
  pattern(description, CURRENCY, 'must be an ISO 4217 currency code of three capital letters, for example "EUR"');

/** An exchange rate as a decimal string. */
export const Rate = (description: string): PropertyDecorator =>
  pattern(description, RATE, 'must be a decimal string, for example "4.2500"', 'send it as a decimal string, for example "4.2500"');

/** SHA-256 in lower-case hex. */
export const Sha256Hex = (description: string): PropertyDecorator => pattern(description, '^[0-9a-f]{64}$', 'must be a SHA-256 hash in lower-case hex');

/** A SHA-256 hash in base64, 44 characters. */
export const Sha256Base64 = (description: string): PropertyDecorator => pattern(description, '^[A-Za-z0-9+/]{43}=$', 'must be a SHA-256 hash in base64');
