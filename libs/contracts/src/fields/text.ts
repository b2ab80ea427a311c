import { field } from './field';

/** Control characters break logs and PostgreSQL's `text`, lone surrogates have no UTF-8 form: neither is ever wanted. */
const CLEAN = '^[^\\p{Cc}\\p{Cs}]*$';
/**
 * What a payer is shown must look like what is bound (RTS Article 5(2)): nothing that turns the reading direction around
 * or breaks the line, and at least one visible character.
 */
const DISPLAYED = '^(?=.*[^\\p{Z}\\p{Cf}])[^\\p{Cc}\\p{Cs}\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069]*$';

export interface TextOptions {
  readonly min?: number;
  readonly max: number;
  /** A regular expression (flag u) that the whole text must fit. */
  readonly pattern?: string;
  /** The pattern in words, needed with `pattern`. */
  readonly form?: string;
}

/** Length in code points, as JSON Schema counts. */
function codePoints(text: string): number {
  let count = text.length;
  for (let i = 0; i + 1 < text.length; i++) {
    const unit = text.charCodeAt(i);
    const next = text.charCodeAt(i + 1);
    if (unit >= 0xd800 && unit <= 0xdbff && next >= 0xdc00 && next <= 0xdfff) {
      count -= 1;
      i += 1;
    }
  }
  return count;
}

const isText = (value: unknown, min: number, max: number, pattern: RegExp): value is string => {
  if (typeof value !== 'string' || value.length > 2 * max) return false;
  const length = codePoints(value);
  return length >= min && length <= max && pattern.test(value);
};

const lengthInWords = (min: number, max: number): string => (min === max ? String(max) : `${min} to ${max}`);

/** A string of `min` (1) to `max` characters without control characters, or of the given pattern. */
export function Text(description: string, { min = 1, max, pattern, form }: TextOptions): PropertyDecorator {
  const source = pattern ?? CLEAN;
  const expression = new RegExp(source, 'u');
  const cure = `must be a string of ${lengthInWords(min, max)} characters${form === undefined ? ' without control characters' : `: ${form}`}`;
  const schema = { type: 'string', minLength: min, maxLength: max, pattern: source };
  return field({ description, schema, cure }, (value) => isText(value, min, max, expression));
}

/** A string that a payer is shown. */
export const Displayed = (description: string, { max }: { readonly max: number }): PropertyDecorator =>
  Text(description, { min: 1, max, pattern: DISPLAYED, form: 'visible text on one line, without control characters or characters that change the reading direction' });

/** A code of ours: UPPER_SNAKE, open, so that a newer engine may name a new reason. */
const CODE = '^[A-Z][A-Z0-9_]*$';
const CODE_MAX = 64;
export const Code = (description: string): PropertyDecorator => Text(description, { max: CODE_MAX, pattern: CODE, form: 'an UPPER_SNAKE code' });

/** One of a closed list of strings. */
export function OneOf(description: string, values: readonly string[]): PropertyDecorator {
  const known = new Set<unknown>(values);
  return field({ description, schema: { type: 'string', enum: values }, cure: `must be one of ${values.join(', ')}` }, (value) => known.has(value));
}

interface ListOptions {
  readonly minItems?: number;
  readonly maxItems: number;
  readonly unique?: boolean;
}

const isListOf = (value: unknown, { minItems = 0, maxItems, unique = false }: ListOptions, fits: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length >= minItems && value.length <= maxItems && value.every(fits) && (!unique || new Set(value).size === value.length);

const listSchema = (items: object, { minItems = 0, maxItems, unique = false }: ListOptions): Record<string, unknown> => ({
  type: 'array',
  items,
  minItems,
  maxItems,
  ...(unique ? { uniqueItems: true } : {}),
});

/** An ordered list out of a closed list of strings, each at most once. */
export function OneOfList(description: string, values: readonly string[], { minItems = 0 }: { readonly minItems?: number } = {}): PropertyDecorator {
  const options = { minItems, maxItems: values.length, unique: true };
  const known = new Set<unknown>(values);
  const schema = listSchema({ type: 'string', enum: values }, options);
  const cure = `must be a list of different values out of ${values.join(', ')}`;
  return field({ description, schema, cure }, (value) => isListOf(value, options, (item) => known.has(item)));
}

/** An ordered list of codes of ours (see `Code`). */
export function CodeList(description: string): PropertyDecorator {
  const options = { maxItems: 100 };
  const expression = new RegExp(CODE, 'u');
  const schema = listSchema({ type: 'string', minLength: 1, maxLength: CODE_MAX, pattern: CODE }, options);
  return field({ description, schema, cure: 'must be a list of UPPER_SNAKE codes' }, (value) =>
    isListOf(value, options, (item) => isText(item, 1, CODE_MAX, expression)),
  );
}

/** A word out of a closed list, or an ordered list of different items out of another: `"ANY"` or `["EX16", "EX18"]`. */
export function WordOrList(description: string, words: readonly string[], items: readonly string[]): PropertyDecorator {
  const options = { minItems: 1, maxItems: items.length, unique: true };
  const knownWords = new Set<unknown>(words);
  const knownItems = new Set<unknown>(items);
  return field(
    {
      description,
      schema: { anyOf: [{ type: 'string', enum: words }, listSchema({ type: 'string', enum: items }, options)] },
      cure: `must be ${words.map((word) => `"${word}"`).join(' or ')}, or a list of different values out of ${items.join(', ')}`,
    },
    (value) => knownWords.has(value) || isListOf(value, options, (item) => knownItems.has(item)),
  );
}
