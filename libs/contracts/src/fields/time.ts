import { field } from './field';

const SHAPE = '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]';
const MILLISECONDS = `${SHAPE}\\.[0-9]{3}Z$`;
const ANY_FRACTION = `${SHAPE}(\\.[0-9]{1,9})?Z$`;

/** Whether the day exists: `Date.parse` lets 30 February roll over into March. */
export function isRealDate(text: string): boolean {
  const day = Number(text.slice(8, 10));
  if (day <= 28) return true;
  const lastOfMonth = new Date(0);
  lastOfMonth.setUTCFullYear(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0);
  return day <= lastOfMonth.getUTCDate();
}

const timestamp = (description: string, pattern: string, cure: string): PropertyDecorator => {
  const expression = new RegExp(pattern, 'u');
  const schema = { type: 'string', format: 'date-time', pattern };
  return field({ description, schema, cure }, (value) => typeof value === 'string' && expression.test(value) && isRealDate(value));
};

/** RFC 3339, UTC, milliseconds: as our services write it. */
export const Timestamp = (description: string): PropertyDecorator =>
  timestamp(description, MILLISECONDS, 'must be a time as in "2026-11-24T10:00:00.000Z" (RFC 3339, UTC, milliseconds)');

/** RFC 3339, UTC, with any fraction: gateways' clocks and libraries differ, and their time decides nothing. */
export const GatewayTimestamp = (description: string): PropertyDecorator =>
  timestamp(description, ANY_FRACTION, 'must be a time in UTC as in "2026-11-24T10:00:00.000Z" (RFC 3339)');
