import { type Result, ok, refuse } from '@assent/kernel';
import { IDENTITY_FIELDS, type VendorMetadata } from './vendor-metadata';

export type MetadataRefusal = 'DYNAMIC_LINKING_VIOLATION' | 'FOREIGN_SESSION';

/** Stands for a key that was not sent: its name is the other side's text and goes into no evidence. */
const UNEXPECTED_FIELD = 'unexpected_field';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The names of the sent fields that did not come back exactly, in the order they were sent, then `unexpected_field` where there is more than
 * was sent. Strings only, compared character by character: no trimming, no number coercion. Anything but an object differs in every field.
 */
export function metadataDifferences(sent: VendorMetadata, received: unknown): string[] {
  if (!isObject(received)) return Object.keys(sent);
  const changed = Object.keys(sent).filter((field) => !Object.hasOwn(received, field) || received[field] !== sent[field]);
  const added = Reflect.ownKeys(received).some((field) => typeof field !== 'string' || !Object.hasOwn(sent, field));
  return added ? [...changed, UNEXPECTED_FIELD] : changed;
}

/**
 * Compares what a vendor's decision echoes with what was sent (DESIGN 3, rule 4). A difference in anything that was approved (amount,
 * currency, payee, …, or a field too many) is a dynamic linking violation; where only the identity differs, the session is for another
 * authentication or attempt. Both refuse; the first is the graver statement and wins.
 */
export function compareMetadata(sent: VendorMetadata, received: unknown): Result<'MATCH', MetadataRefusal> {
  const differences = metadataDifferences(sent, received);
  if (differences.length === 0) return ok('MATCH');
  return refuse(differences.every((field) => IDENTITY_FIELDS.includes(field)) ? 'FOREIGN_SESSION' : 'DYNAMIC_LINKING_VIOLATION');
}
