import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { ok, refuse, type Result } from '@assent/kernel';
import { canonicalBody } from './canonical-body';
import { parseObject } from './wire';

/** A delivery as it came over HTTP: nothing about it is known yet. Header names are lower case, as Node gives them. */
export interface RawWebhook {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface VerifyOptions {
  /** Shared secrets of the destination, used as text. More than one during a rotation; each is tried. */
  readonly secrets: readonly string[];
  readonly nowMs: number;
  /** Largest age (and lead) of `X-Timestamp` in seconds, inclusive. `Infinity` only to look at a quarantined delivery again. */
  readonly freshnessSeconds: number;
}

export const VERIFY_REFUSALS = [
  'SIGNATURE_MISSING',
  'SIGNATURE_SIMPLE_ALONE',
  'SIGNATURE_INVALID',
  'BODY_NOT_JSON',
  'TIMESTAMP_INVALID',
  'TIMESTAMP_MISMATCH',
  'TIMESTAMP_STALE',
] as const;
export type VerifyRefusal = (typeof VERIFY_REFUSALS)[number];

export type VerifiedBy = 'X-Signature' | 'X-Signature-V2';

/** What only `verifyWebhook` can make: the class is private to this file, and its private field keeps look-alikes out. */
class AuthenticDelivery {
  readonly #authentic = true;

  constructor(
    /** The bytes as they came. */
    readonly body: Buffer,
    readonly bodySha256: string,
    /** The signed content, parsed from exactly what was signed. */
    readonly content: Readonly<Record<string, unknown>>,
    readonly verifiedBy: VerifiedBy,
    /** The signature that was right. */
    readonly signature: string,
    /** Unix seconds of the dispatch: header and body agree. */
    readonly dispatchedAtSeconds: number,
    /** Sent from the vendor's console to try the connection. The header is not signed: never let it decide more than that. */
    readonly isTest: boolean,
  ) {}

  get isAuthentic(): boolean {
    return this.#authentic;
  }
}
export type VerifiedWebhook = AuthenticDelivery;

/**
 * Says whether the vendor sent this delivery, now (Didit contract, section 4.4).
 *
 * Guaranteed on success: the body's bytes carry a valid `X-Signature`, or its canonical form a valid `X-Signature-V2`, under one of the secrets;
 * `X-Timestamp` equals the signed `timestamp` of the body and is fresh. `X-Signature-Simple` proves nothing about the content and is never looked at.
 * Not guaranteed: that the event is new, ours, or true: the decision is fetched for that.
 * Upper-case hex is refused: one digest has one spelling.
 */
export function verifyWebhook(raw: RawWebhook, options: VerifyOptions): Result<VerifiedWebhook, VerifyRefusal> {
  const signed = signedContent(raw, options.secrets);
  if (!signed.ok) return signed;
  const content = parseObject(signed.value.text);
  if (content === null) return refuse('BODY_NOT_JSON');
  const dispatched = dispatchTime(header(raw, 'x-timestamp'), content['timestamp'], options);
  if (!dispatched.ok) return dispatched;
  const isTest = header(raw, 'x-didit-test-webhook')?.toLowerCase() === 'true';
  return ok(new AuthenticDelivery(raw.body, hash('sha256', raw.body, 'hex'), content, signed.value.by, signed.value.signature, dispatched.value, isTest));
}

interface Signed {
  readonly by: VerifiedBy;
  readonly signature: string;
  readonly text: string;
}

/** Raw bytes first: cheap, and exact. The canonical form only where something on the way has written the body anew. */
function signedContent(raw: RawWebhook, secrets: readonly string[]): Result<Signed, VerifyRefusal> {
  const presented = header(raw, 'x-signature');
  const presentedV2 = header(raw, 'x-signature-v2');
  if (presented === undefined && presentedV2 === undefined) {
    return refuse(header(raw, 'x-signature-simple') === undefined ? 'SIGNATURE_MISSING' : 'SIGNATURE_SIMPLE_ALONE');
  }
  if (presented !== undefined && matches(presented, raw.body, secrets)) {
    return isUtf8(raw.body) ? ok({ by: 'X-Signature', signature: presented, text: raw.body.toString('utf8') }) : refuse('BODY_NOT_JSON');
  }
  // Whoever cannot even spell a digest is not worth the canonical form.
  if (presentedV2 === undefined || !DIGEST.test(presentedV2) || !isUtf8(raw.body)) return refuse('SIGNATURE_INVALID');
  const canonical = canonicalBody(raw.body.toString('utf8'));
  if (canonical.ok && matches(presentedV2, canonical.value, secrets)) {
    return ok({ by: 'X-Signature-V2', signature: presentedV2, text: canonical.value });
  }
  return refuse('SIGNATURE_INVALID');
}

const DIGEST = /^[0-9a-f]{64}$/;

/** Compares digests, not texts, in constant time, and tries every secret whichever fits: the time says nothing about where it failed. */
function matches(presented: string, message: Buffer | string, secrets: readonly string[]): boolean {
  if (!DIGEST.test(presented)) return false;
  const digest = Buffer.from(presented, 'hex');
  let found = false;
  for (const secret of secrets) {
    // An empty secret would make every body signable by anybody.
    if (secret.length === 0) continue;
    const expected = createHmac('sha256', keyOf(secret)).update(message).digest();
    found = timingSafeEqual(expected, digest) || found;
  }
  return found;
}

/** Imported once: a text as a key is imported anew for each webhook, which costs more than hashing it (Node 24). Configured secrets are few. */
const keys = new Map<string, KeyObject>();
const KEYS_MAX = 16;

function keyOf(secret: string): KeyObject {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  const key = createSecretKey(secret, 'utf8');
  if (keys.size < KEYS_MAX) keys.set(secret, key);
  return key;
}

const UNIX_SECONDS = /^[1-9]\d{0,11}$/;

/**
 * The header is not part of what is signed; only the body's own `timestamp` is. Without the equality an old delivery could be sent again
 * for ever under a new header.
 */
function dispatchTime(presented: string | undefined, signedTimestamp: unknown, options: VerifyOptions): Result<number, VerifyRefusal> {
  if (presented === undefined || !UNIX_SECONDS.test(presented)) return refuse('TIMESTAMP_INVALID');
  const seconds = Number(presented);
  if (signedTimestamp !== seconds) return refuse('TIMESTAMP_MISMATCH');
  const ageSeconds = Math.abs(Math.floor(options.nowMs / 1000) - seconds);
  // Written so that a NaN (a clock that gives none) refuses.
  return ageSeconds <= options.freshnessSeconds ? ok(seconds) : refuse('TIMESTAMP_STALE');
}

/** A header that came once. Twice is ambiguous, so it counts as malformed and fails whatever it is for. */
function header(raw: RawWebhook, name: string): string | undefined {
  const value = raw.headers[name];
  return value === undefined || typeof value === 'string' ? value : value.join(',');
}
