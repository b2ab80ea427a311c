/**
 * Reads single values out of the vendor's JSON. Nothing is trusted to be there or to have the documented type:
 * what does not fit reads as absent, and what is absent never approves.
 */
export type WireObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is WireObject => typeof value === 'object' && value !== null && !Array.isArray(value);

const own = (object: WireObject, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);

/** Control characters have no place in any text of the contract, and PostgreSQL's text holds no NUL. */
const CONTROL = /\p{Cc}/u;

/** A text of at most `max` characters, well-formed and without control characters. */
export function textOf(object: WireObject, key: string, max = 256): string | null {
  const value = own(object, key);
  return typeof value === 'string' && value.length > 0 && value.length <= max && value.isWellFormed() && !CONTROL.test(value) ? value : null;
}

export function numberOf(object: WireObject, key: string): number | null {
  const value = own(object, key);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function integerOf(object: WireObject, key: string): number | null {
  const value = numberOf(object, key);
  return value !== null && Number.isSafeInteger(value) ? value : null;
}

export function booleanOf(object: WireObject, key: string): boolean | null {
  const value = own(object, key);
  return typeof value === 'boolean' ? value : null;
}

export const valueOf = (object: WireObject, key: string): unknown => own(object, key);

/** A list of objects; anything in it that is none becomes an empty object, so that it counts, and counts against an approval. */
export function objectsOf(object: WireObject, key: string): readonly WireObject[] | null {
  const value = own(object, key);
  return Array.isArray(value) ? value.map((item: unknown) => (isObject(item) ? item : {})) : null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The one spelling of an id that is compared and stored: lower case. */
export const isUuid = (text: string): boolean => UUID.test(text);

export function uuidOf(object: WireObject, key: string): string | null {
  const text = textOf(object, key, 36)?.toLowerCase() ?? null;
  return text !== null && isUuid(text) ? text : null;
}

/** JSON text to an object, or null. Never throws. */
export function parseObject(text: string): WireObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
