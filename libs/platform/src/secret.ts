import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/**
 * A value that must not be printed: every way to turn it into text gives `[redacted]`.
 * The value itself comes out only through `reveal()`, which is easy to search for in a review.
 */
export class Secret<Value extends string | Buffer = string> {
  readonly #value: Value;

  constructor(value: Value) {
    this.#value = value;
  }

  /** The secret itself. Hand it to the one function that needs it; keep it in no field, message or error. */
  reveal(): Value {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
