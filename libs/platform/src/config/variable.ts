import { z } from 'zod';
import { Secret } from '../secret';

/** What a reader of `.env.example`, or of an error at start-up, needs to know of a variable. */
export interface VariableNotes {
  /** What it is for, with its unit. One or two sentences. */
  readonly description: string;
  /** A value that starts a service on a developer's machine. Null: unset is fine, and what the example shows. */
  readonly example: string | null;
  /** Whose value differs between the services; `.env.example` says so. */
  readonly perService?: boolean;
}

/** Keys made of this text are published in `.env.example`: a production service refuses them. */
export const EXAMPLE_KEY_PREFIX = 'example-only';

const notes = new WeakMap<z.ZodType, VariableNotes>();

/** Attaches the notes to a schema. Last step of a variable: a later method of zod makes a new schema without them. */
export function variable<Schema extends z.ZodType>(schema: Schema, about: VariableNotes): Schema {
  notes.set(schema, about);
  return schema;
}

export const notesOf = (schema: z.ZodType): VariableNotes => notes.get(schema) ?? { description: '', example: null };

/** A decimal whole number within bounds, both included. */
export function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.string().regex(/^-?\d{1,15}$/, { error }).transform(Number).refine((value) => value >= min && value <= max, { error });
}

/** `true` or `false`, nothing else: a misspelt `TRUE` or `yes` is an error and never a silent no. */
export const flag = () => z.enum(['true', 'false'], { error: 'must be true or false' }).transform((value) => value === 'true');

export function choice<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: `must be one of ${values.join(', ')}` });
}

export const text = (pattern: RegExp, cure: string) => z.string().regex(pattern, { error: cure });

/** An absolute http(s) URL without user, query and fragment; a trailing slash is taken off. */
export function httpUrl() {
  const error = 'must be an absolute http or https URL without user name, query and fragment';
  return z
    .string()
    .refine(isPlainHttpUrl, { error })
    .transform((value) => value.replace(/\/+$/, ''));
}

/** Only scheme, host and port: `https://pay.example`. */
export function httpOrigin() {
  return httpUrl().refine((value) => URL.canParse(value) && new URL(value).origin === value, { error: 'must be an origin: scheme, lower-case host and port, no path' });
}

function isPlainHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

/** A secret text, at least so many characters long. Blanks around it are a copying mistake, so they are refused. */
export function secretText(charactersMin: number) {
  return z
    .string()
    .min(charactersMin, { error: `must have at least ${charactersMin} characters` })
    .refine((value) => value.trim() === value, { error: 'must not begin or end with a blank' })
    .transform((value) => new Secret(value));
}

/** A key of exactly so many bytes, in base64 (`openssl rand -base64 32`). */
export function secretKey(bytes: number) {
  return z
    .string()
    .refine((value) => decodeBase64(value)?.length === bytes, { error: `must be ${bytes} bytes in base64 (openssl rand -base64 ${bytes})` })
    .transform((value) => new Secret(Buffer.from(value, 'base64')));
}

/** Any bytes in base64, within a size. */
export function secretBytes(bytesMin: number, bytesMax: number, cure: string) {
  return z
    .string()
    .refine(
      (value) => {
        const bytes = decodeBase64(value);
        return bytes !== null && bytes.length >= bytesMin && bytes.length <= bytesMax;
      },
      { error: cure },
    )
    .transform((value) => new Secret(Buffer.from(value, 'base64')));
}

/** Strict: Node's own decoder skips what it does not know, and half a key would pass. */
function decodeBase64(value: string): Buffer | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value) || value.length % 4 !== 0) return null;
  return Buffer.from(value, 'base64');
}

/** A comma list, blanks around the items ignored; at least one item, none empty, none twice. */
export function list(item: RegExp, cure: string) {
  return z
    .string()
    .transform((value) => value.split(',').map((part) => part.trim()))
    .refine((items) => items.every((part) => item.test(part)), { error: cure })
    .refine((items) => new Set(items).size === items.length, { error: 'must not name an item twice' });
}
