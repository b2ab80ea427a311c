import type { Secret } from '@assent/platform';

/** What the codes read from the service's configuration. */
export interface CodesOptions {
  /** `iss` of every code; verifiers pin it (CODE_ISSUER). */
  readonly issuer: string;
  /** How long a code may be redeemed, 60 to 3600 seconds (CODE_TTL_SECONDS). */
  readonly ttlSeconds: number;
  /** Seals the private keys in the database (CODE_KEY_ENCRYPTION_KEY). */
  readonly keyEncryptionKey: Secret<Buffer>;
  /** Key of the payer's pseudonym in envelopes (SUBJECT_REF_KEY). */
  readonly subjectRefKey: Secret<Buffer>;
}

export const CODES_OPTIONS = Symbol('CodesOptions');

export const CODE_TTL_SECONDS_MIN = 60;
export const CODE_TTL_SECONDS_MAX = 3600;
