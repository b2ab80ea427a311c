import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { invalidRequest } from '@assent/platform';

const WHOLE = /^(0|[1-9]\d{0,15})$/;

/** An index or a size as it stands in a URL: a whole number up to 2^53 - 1, written the one way there is. */
function wholeNumber(field: string, value: unknown): number {
  const number = typeof value === 'string' && WHOLE.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw invalidRequest([{ field, message: 'must be a whole number from 0 to 9007199254740991, without leading zeros' }]);
  return number;
}

interface Request {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
}
const requestOf = (context: ExecutionContext): Request => context.switchToHttp().getRequest<Request>();

/*
 * Decorators of their own rather than pipes: Nest's validation turns the text of a `number` parameter into a number before any pipe sees it, and `1e3`, ` 7` or
 * an empty text would pass.
 */

export const PathNumber = createParamDecorator((name: string, context: ExecutionContext): number => wholeNumber(name, requestOf(context).params[name]));

export const QueryNumber = createParamDecorator((name: string, context: ExecutionContext): number => wholeNumber(name, requestOf(context).query[name]));

/** Null where it is left out. */
export const OptionalQueryNumber = createParamDecorator((name: string, context: ExecutionContext): number | null => {
  const value = requestOf(context).query[name];
  return value === undefined ? null : wholeNumber(name, value);
});
