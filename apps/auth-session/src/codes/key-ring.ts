import { Inject, Injectable } from '@nestjs/common';
import type { CryptoKey, JWK } from 'jose';
import { type Result, ok, refuse } from '@assent/kernel';
import { logFor } from '@assent/platform';
import { Database, type Sql } from '@assent/postgres';
import { CODES_OPTIONS, CODE_TTL_SECONDS_MAX, type CodesOptions } from './codes-options';
import { CODE_ALGORITHM, newSigningKey, openPrivateKey, openPublicKey } from './signing-key';
import { addSigningKey, loadSigningKeys, lockSigningKeys, moveSigningKeysOn, type StoredSigningKey } from './signing-key-table';

/** How long others may keep the published key set. */
export const KEY_SET_MAX_AGE_SECONDS = 300;
/** A replica looks for a rotation this often, and never signs with what it knew longer ago than the second value. */
const REFRESH_AFTER_MS = 30_000;
const STALE_AFTER_MS = 300_000;
/** A next key signs only after every verifier has had the time to learn of it. */
const NEXT_AGE_SECONDS_MIN = KEY_SET_MAX_AGE_SECONDS + STALE_AFTER_MS / 1000;
/** A previous key stays until the last code that any replica may have signed with it has expired. */
const PREVIOUS_AGE_SECONDS_MIN = CODE_TTL_SECONDS_MAX + STALE_AFTER_MS / 1000;
/** A current key signs for this long before it is rotated by itself. */
const CURRENT_AGE_SECONDS_MAX = 90 * 24 * 60 * 60;
/** Unknown key ids are attackers' more often than rotations: they make us look at the database no more often than this. */
const UNKNOWN_KID_PAUSE_MS = 1_000;

const log = logFor('key-ring');

export interface Signer {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

interface Ring {
  readonly loadedAtMs: number;
  readonly signer: Signer;
  readonly publicKeys: ReadonlyMap<string, CryptoKey>;
  readonly published: readonly JWK[];
}

export type RotationRefusal =
  /** The next key has not been published for long enough. */
  | 'NEXT_TOO_YOUNG'
  /** Codes signed with the previous key may still be open. */
  | 'PREVIOUS_STILL_NEEDED';

/**
 * The keys of the authentication codes, shared by all replicas through the database. Each replica keeps what it read for half a minute, so that
 * issuing a code costs no look-up; rotation leaves enough time for that on both sides.
 */
@Injectable()
export class KeyRing {
  #ring: Ring | null = null;
  #refreshing: Promise<Ring> | null = null;
  #askedForUnknownMs = Number.NEGATIVE_INFINITY;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(CODES_OPTIONS) private readonly options: CodesOptions,
  ) {}

  /** Makes the first keys where there are none, once over all replicas, and reads them. @throws where they cannot be opened: CODE_KEY_ENCRYPTION_KEY was changed */
  async ensure(): Promise<void> {
    await this.database.transaction(async (tx) => {
      await lockSigningKeys(tx);
      const states = new Set((await loadSigningKeys(tx)).map(({ state }) => state));
      for (const state of ['current', 'next'] as const) if (!states.has(state)) await addSigningKey(tx, await newSigningKey(this.options.keyEncryptionKey), state);
    });
    await this.#load(this.database);
  }

  /** The key that signs now. Inside a transaction pass it: a second connection could be one too many. */
  async signer(sql: Sql = this.database): Promise<Signer> {
    return (await this.#fresh(sql)).signer;
  }

  /** The public key of a code, or null for an id that is not published (any more). */
  async publicKey(kid: string): Promise<CryptoKey | null> {
    const known = (await this.#fresh(this.database)).publicKeys.get(kid);
    if (known !== undefined) return known;
    if (performance.now() - this.#askedForUnknownMs < UNKNOWN_KID_PAUSE_MS) return null;
    this.#askedForUnknownMs = performance.now();
    return (await this.#refresh()).publicKeys.get(kid) ?? null;
  }

  /** JSON Web Key Set (RFC 7517): current, next, previous. */
  async published(): Promise<{ keys: readonly JWK[] }> {
    return { keys: (await this.#fresh(this.database)).published };
  }

  /** next → current → previous → retired, and a new next. Refused while that would leave a verifier or an open code without its key. */
  async rotate(): Promise<Result<Signer['kid'], RotationRefusal>> {
    const rotated = await this.database.transaction(async (tx): Promise<Result<null, RotationRefusal>> => {
      await lockSigningKeys(tx);
      const refusal = rotationRefusal(await loadSigningKeys(tx));
      if (refusal !== null) return refuse(refusal);
      await moveSigningKeysOn(tx);
      await addSigningKey(tx, await newSigningKey(this.options.keyEncryptionKey), 'next');
      return ok(null);
    });
    if (!rotated.ok) return rotated;
    const { signer } = await this.#load(this.database);
    log.info('signing keys rotated');
    return ok(signer.kid);
  }

  /** Rotates where the current key has signed for ninety days. Called every hour by every replica; one of them does it. */
  async rotateWhenDue(): Promise<void> {
    const current = (await loadSigningKeys(this.database)).find(({ state }) => state === 'current');
    if (current !== undefined && current.ageSeconds >= CURRENT_AGE_SECONDS_MAX) await this.rotate();
  }

  async #fresh(sql: Sql): Promise<Ring> {
    const ring = this.#ring;
    const ageMs = ring === null ? Number.POSITIVE_INFINITY : performance.now() - ring.loadedAtMs;
    if (ring === null || ageMs > STALE_AFTER_MS) return this.#load(sql);
    // Behind the caller's back: what it has is good for minutes. A failure shows when it is no longer.
    if (ageMs > REFRESH_AFTER_MS) this.#refresh().catch((error: unknown) => log.warn('signing keys could not be refreshed', { error }));
    return ring;
  }

  /** One at a time, however many ask. */
  #refresh(): Promise<Ring> {
    this.#refreshing ??= this.#load(this.database).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #load(sql: Sql): Promise<Ring> {
    const loadedAtMs = performance.now();
    const stored = await loadSigningKeys(sql);
    const current = stored.find(({ state }) => state === 'current');
    if (current?.privateKeySealed == null) throw new Error('invariant broken: there is a current signing key');
    const known = this.#ring?.signer;
    const privateKey = known?.kid === current.kid ? known.privateKey : await openPrivateKey(this.options.keyEncryptionKey, current.kid, current.privateKeySealed);
    const publicKeys = await Promise.all(stored.map(async ({ kid, publicKey }) => [kid, await openPublicKey(publicKey)] as const));
    const ring = {
      loadedAtMs,
      signer: { kid: current.kid, privateKey },
      publicKeys: new Map(publicKeys),
      published: stored.map(({ kid, publicKey }): JWK => ({ ...publicKey, kid, alg: CODE_ALGORITHM, use: 'sig' })),
    };
    if (this.#ring === null || this.#ring.loadedAtMs < loadedAtMs) this.#ring = ring;
    return ring;
  }
}

function rotationRefusal(stored: readonly StoredSigningKey[]): RotationRefusal | null {
  const age = (state: StoredSigningKey['state']): number | null => stored.find((key) => key.state === state)?.ageSeconds ?? null;
  if ((age('next') ?? 0) < NEXT_AGE_SECONDS_MIN) return 'NEXT_TOO_YOUNG';
  const previous = age('previous');
  return previous !== null && previous < PREVIOUS_AGE_SECONDS_MIN ? 'PREVIOUS_STILL_NEEDED' : null;
}
