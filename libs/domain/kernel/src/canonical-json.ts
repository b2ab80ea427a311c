import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { invariant } from './result';

/** RFC 8785 (JSON Canonicalization Scheme) text of a JSON value: the only form that is ever hashed or compared. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  invariant(text, 'only JSON values have a canonical form');
  return text;
}

/** SHA-256 (hex) of the canonical form. */
export const canonicalHash = (value: unknown): string => createHash('sha256').update(canonicalJson(value), 'utf8').digest('hex');
