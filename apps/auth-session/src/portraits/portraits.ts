import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Result, ok } from '@assent/kernel';
import { Database, type Tx } from '@assent/postgres';
import { open, seal } from '../codes/sealed-bytes';
import type { PortraitType } from './portrait-image';
import { COOLING_OFF_HOURS, PORTRAITS_OPTIONS, type PortraitsOptions } from './portraits-options';
import { type PortraitRefusal, type ReplacementApproval, permitReplacement } from './replaced-only-with-approval';

/** Whose portrait: payers are unique in their gateways' namespace. */
export interface PortraitOwner {
  readonly namespace: string;
  readonly payerId: string;
}

export interface StorePortrait extends PortraitOwner {
  /** Of the caller: approvals are given to one gateway. */
  readonly gatewayId: string;
  readonly type: PortraitType;
  readonly image: Buffer;
}

/** The image that a face is matched against, and what may be told of it: the hash belongs into the evidence of the vendor session that it is sent with. */
export interface PortraitReference {
  readonly image: Buffer;
  readonly type: PortraitType;
  /** Hex. */
  readonly sha256: string;
}

const HOUR_MS = 60 * 60 * 1000;
const EXPIRE_BATCH = 500;

const FIRST = `
  INSERT INTO portrait (namespace, payer_id, image_sealed, content_type, image_sha256, stored_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, clock_timestamp(), clock_timestamp() + make_interval(days => $6))
  ON CONFLICT (namespace, payer_id) DO NOTHING`;

/** An image past its time counts as gone, whether or not the job has come by. */
const KNOWN = `
  SELECT encode(image_sha256, 'hex') AS sha256, clock_timestamp() AS now,
         CASE WHEN removed_at IS NOT NULL THEN removed_at WHEN expires_at <= clock_timestamp() THEN expires_at END AS removed_at
    FROM portrait WHERE namespace = $1 AND payer_id = $2 FOR UPDATE`;

const APPROVAL = `
  SELECT code.jti, code.redeemed_at
    FROM authentication_code code JOIN portrait ON portrait.namespace = $1 AND portrait.payer_id = $2
   WHERE code.gateway_id = $3 AND code.payer_id = $2 AND code.action = 'portrait_replace'
     AND code.redeemed_at > portrait.stored_at AND code.revoked_at IS NULL
   ORDER BY code.redeemed_at LIMIT 1`;

const REPLACE = `
  UPDATE portrait SET image_sealed = $3, content_type = $4, image_sha256 = $5, stored_at = clock_timestamp(),
                      expires_at = clock_timestamp() + make_interval(days => $6), removed_at = NULL, approved_by = $7
   WHERE namespace = $1 AND payer_id = $2`;

const purposeOf = ({ namespace, payerId }: PortraitOwner): string => `portrait:${JSON.stringify([namespace, payerId])}`;

/** Reference faces of payers: encrypted, kept for a time, exchanged only with the payer's approval, on no topic and in no log. */
@Injectable()
export class Portraits {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(PORTRAITS_OPTIONS) private readonly options: PortraitsOptions,
  ) {}

  /** Stores a payer's portrait where there is none, or where it may take another one's place. */
  async store(portrait: StorePortrait): Promise<Result<null, PortraitRefusal>> {
    const { namespace, payerId, gatewayId, type, image } = portrait;
    const sha256 = createHash('sha256').update(image).digest();
    const sealed = seal(this.options.encryptionKey, purposeOf(portrait), image);
    const values = [namespace, payerId, sealed, type, sha256, this.options.ttlDays];
    return this.database.transaction(async (tx) => {
      if ((await tx.query(FIRST, values)).rowCount === 1) return ok(null);
      const permission = await this.#permission(tx, { namespace, payerId }, gatewayId, sha256.toString('hex'));
      if (permission.ok) await tx.query(REPLACE, [...values, permission.value.approvedBy]);
      return permission.ok ? ok(null) : permission;
    });
  }

  /** Erases the image and its hash. What stays says that there was one, and when it went. */
  async remove({ namespace, payerId }: PortraitOwner): Promise<void> {
    await this.database.query(
      `UPDATE portrait SET image_sealed = NULL, image_sha256 = NULL, removed_at = coalesce(removed_at, clock_timestamp()) WHERE namespace = $1 AND payer_id = $2`,
      [namespace, payerId],
    );
  }

  /** The image to send with a vendor session, or null: then the vendor's stored face is used. @throws SealBroken where the key is not the one that sealed it */
  async referenceFor(namespace: string, payerId: string): Promise<Buffer | null> {
    return (await this.reference({ namespace, payerId }))?.image ?? null;
  }

  /** Like {@link referenceFor}, with what evidence may say of it. */
  async reference(owner: PortraitOwner): Promise<PortraitReference | null> {
    const { rows } = await this.database.query<{ image_sealed: Buffer; content_type: PortraitType; sha256: string }>(
      `SELECT image_sealed, content_type, encode(image_sha256, 'hex') AS sha256
         FROM portrait WHERE namespace = $1 AND payer_id = $2 AND image_sealed IS NOT NULL AND expires_at > clock_timestamp()`,
      [owner.namespace, owner.payerId],
    );
    const row = rows[0];
    if (row === undefined) return null;
    return { image: open(this.options.encryptionKey, purposeOf(owner), row.image_sealed), type: row.content_type, sha256: row.sha256 };
  }

  /** Erases the images whose time is over; replicas share the work. Returns how many. */
  async expire(): Promise<number> {
    let total = 0;
    for (;;) {
      const { rowCount } = await this.database.query(
        `UPDATE portrait SET image_sealed = NULL, removed_at = expires_at
          WHERE (namespace, payer_id) IN (SELECT namespace, payer_id FROM portrait
                                           WHERE image_sealed IS NOT NULL AND expires_at <= clock_timestamp() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)`,
        [EXPIRE_BATCH],
      );
      total += rowCount;
      if (rowCount < EXPIRE_BATCH) return total;
    }
  }

  async #permission(tx: Tx, owner: PortraitOwner, gatewayId: string, sha256: string): Promise<ReturnType<typeof permitReplacement>> {
    const known = (await tx.query<{ sha256: string | null; now: Date; removed_at: Date | null }>(KNOWN, [owner.namespace, owner.payerId])).rows[0];
    if (known === undefined) throw new Error('invariant broken: a portrait row is never deleted');
    const found = (await tx.query<{ jti: string; redeemed_at: Date }>(APPROVAL, [owner.namespace, owner.payerId, gatewayId])).rows[0];
    const approval: ReplacementApproval | null = found === undefined ? null : { codeId: found.jti, redeemedAtMs: found.redeemed_at.getTime() };
    const coolingOffMs = (this.options.coolingOffHours ?? COOLING_OFF_HOURS) * HOUR_MS;
    return permitReplacement({ sha256: known.sha256, removedAtMs: known.removed_at?.getTime() ?? null }, sha256, approval, known.now.getTime(), coolingOffMs);
  }
}
