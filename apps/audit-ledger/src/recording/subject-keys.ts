import { createHash, type KeyObject, randomBytes } from 'node:crypto';
import { NONCE_BYTES, seal, sealKey, sealingKeyOf, type SubjectSecret, unseal } from '@assent/domain-ledger';
import type { Secret } from '@assent/platform';
import { byteaArray, type Sql, textArray } from '@assent/postgres';

/** The secret of a holder, and the row that it is kept in. */
export interface SubjectKey {
  readonly id: string;
  readonly secret: SubjectSecret;
  /** What the subject's events are encrypted with: derived from the secret. */
  readonly sealingKey: KeyObject;
}

export interface WrappedKey {
  readonly holder: string;
  readonly wrapped: Uint8Array;
}

const SECRET_BYTES = 32;

const KNOWN = 'select id, holder, wrapped from subject_key where holder = any($1::text[])';
const INSERT = `
  insert into subject_key (holder, wrapped, wrapped_by)
  select holder, wrapped, $3 from unnest($1::text[], $2::bytea[]) as candidate (holder, wrapped)
  on conflict (holder) do nothing`;

type KeyRow = { id: string; holder: string; wrapped: Buffer };

/**
 * One random secret for each holder, encrypted under the service's key. Nothing is kept in memory between batches: a secret counts only once its row is
 * committed, and must not outlive the row.
 */
export class SubjectKeys {
  /** Names the service's key without telling it. */
  readonly serviceKeyId: string;
  readonly #serviceKey: KeyObject;

  constructor(serviceKey: Secret<Buffer>) {
    this.#serviceKey = sealKey(serviceKey.reveal());
    this.serviceKeyId = createHash('sha256').update('assent/ledger/service-key\0').update(serviceKey.reveal()).digest('hex').slice(0, 16);
  }

  /** The secrets of these holders, made where there is none yet: one query for holders that are known, three for new ones. */
  async of(sql: Sql, holders: Iterable<string>): Promise<ReadonlyMap<string, SubjectKey>> {
    // In one order everywhere: two replicas that meet the same new holders wait for each other, never in a circle.
    const wanted = [...new Set(holders)].sort();
    const keys = new Map<string, SubjectKey>();
    await this.read(sql, wanted, keys);
    const missing = wanted.filter((holder) => !keys.has(holder));
    if (missing.length > 0) {
      await sql.query(INSERT, [textArray(missing), byteaArray(missing.map((holder) => this.wrap(holder, randomBytes(SECRET_BYTES)))), this.serviceKeyId]);
      // Whoever was first wins, and its row is what everybody uses.
      await this.read(sql, missing, keys);
    }
    return keys;
  }

  /** Null where the row is not what this service's key encrypted for this holder. */
  tryUnwrap({ holder, wrapped }: WrappedKey): SubjectSecret | null {
    const secret = unseal(Buffer.from(wrapped), this.#serviceKey, associatedWith(holder));
    return secret.ok ? secret.value : null;
  }

  /** @throws where the row is damaged: nothing may be recorded under another secret instead */
  private unwrap(row: WrappedKey): SubjectSecret {
    const secret = this.tryUnwrap(row);
    if (secret === null) throw new Error('a subject key does not open under LEDGER_ENCRYPTION_KEY');
    return secret;
  }

  private wrap(holder: string, secret: SubjectSecret): Buffer {
    return seal(secret, this.#serviceKey, randomBytes(NONCE_BYTES), associatedWith(holder));
  }

  private async read(sql: Sql, holders: readonly string[], into: Map<string, SubjectKey>): Promise<void> {
    const { rows } = await sql.query<KeyRow>(KNOWN, [textArray(holders)]);
    for (const row of rows) {
      const secret = this.unwrap(row);
      into.set(row.holder, { id: row.id, secret, sealingKey: sealingKeyOf(secret) });
    }
  }
}

/** A wrapped secret that is moved to another holder's row does not open. */
const associatedWith = (holder: string): Buffer => Buffer.from(`assent/ledger/v1/subject-key\0${holder}`, 'utf8');
