import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { RevocationReason, ScaRevokedV1 } from '@assent/contracts';
import type { Binding } from '@assent/domain-linking';
import { invariant, splitAuthenticationKey, toRfc3339, uuidv7 } from '@assent/kernel';
import { textArray, type Tx } from '@assent/postgres';
import { signCode } from './code-claims';
import { CODES_OPTIONS, type CodesOptions } from './codes-options';
import { type EventStamp, EventStamps, type Fields } from './event-stamps';
import { KeyRing } from './key-ring';

/** An approval that gets its code. Times are the database's, in milliseconds. */
export interface CodeRequest {
  /** `<gatewayId>:<authenticationId>`. */
  readonly key: string;
  readonly authenticationId: string;
  readonly gatewayId: string;
  readonly payerId: string;
  readonly binding: Binding;
  /** RFC 8176 methods; `mfa` only with two factors of different categories. */
  readonly amr: readonly string[];
  readonly nowMs: number;
  /** When the request expires: a code is never made after it. */
  readonly authenticationExpiresMs: number;
}

export interface IssuedCode {
  readonly key: string;
  readonly jti: string;
  /** Compact JWS. */
  readonly code: string;
  readonly expiresAtMs: number;
}

export interface RevokedCode {
  readonly jti: string;
  readonly alreadyRedeemed: boolean;
  readonly revokedAtMs: number;
}

interface SignedCode extends IssuedCode {
  readonly request: CodeRequest;
  readonly issuedAtMs: number;
}

const INSERT = `
  INSERT INTO authentication_code (jti, key, gateway_id, payer_id, action, binding, issued_at, expires_at)
  SELECT jti, key, gateway_id, payer_id, action, binding::jsonb, to_timestamp(issued_ms / 1000.0), to_timestamp(expires_ms / 1000.0)
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::float8[], $8::float8[])
         AS code (jti, key, gateway_id, payer_id, action, binding, issued_ms, expires_ms)`;

const REVOKE = `
  UPDATE authentication_code SET revoked_at = date_trunc('milliseconds', clock_timestamp()), revoke_reason = $2
   WHERE key = $1 AND revoked_at IS NULL
  RETURNING jti, redeemed_at IS NOT NULL AS already_redeemed, revoked_at`;

/** Authentication codes: given out once for each approval, taken back when an approval no longer stands. */
@Injectable()
export class AuthenticationCodes {
  constructor(
    @Inject(KeyRing) private readonly keys: KeyRing,
    @Inject(EventStamps) private readonly stamps: EventStamps,
    @Inject(CODES_OPTIONS) private readonly options: CodesOptions,
  ) {}

  /**
   * Makes the codes of approvals in the transaction that approves them, in the order of the requests.
   * @throws where one of the authentications has a code already (the whole transaction must fail: nothing is approved twice), or is past its expiry
   */
  async issue(tx: Tx, requests: readonly CodeRequest[]): Promise<IssuedCode[]> {
    if (requests.length === 0) return [];
    const signer = await this.keys.signer(tx);
    const signed = await Promise.all(
      requests.map(async (request): Promise<SignedCode> => {
        const { key, authenticationId, gatewayId, payerId, amr, nowMs, binding } = request;
        invariant(nowMs < request.authenticationExpiresMs, 'no code is made for an expired request');
        const jti = uuidv7(nowMs, randomBytes(10));
        const iat = Math.floor(nowMs / 1000);
        const exp = iat + this.options.ttlSeconds;
        const claims = { iss: this.options.issuer, aud: gatewayId, sub: payerId, jti, iat, exp, txn: authenticationId, amr };
        return { request, key, jti, code: await signCode(signer, claims, binding), issuedAtMs: iat * 1000, expiresAtMs: exp * 1000 };
      }),
    );
    await tx.query(INSERT, [
      textArray(signed.map(({ jti }) => jti)),
      textArray(signed.map(({ key }) => key)),
      textArray(signed.map(({ request }) => request.gatewayId)),
      textArray(signed.map(({ request }) => request.payerId)),
      textArray(signed.map(({ request }) => request.binding.action)),
      textArray(signed.map(({ request }) => JSON.stringify(request.binding))),
      signed.map(({ issuedAtMs }) => issuedAtMs),
      signed.map(({ expiresAtMs }) => expiresAtMs),
    ]);
    return signed.map(({ key, jti, code, expiresAtMs }) => ({ key, jti, code, expiresAtMs }));
  }

  /**
   * Takes an approval back, and says so on `sca.revoked`, in the caller's transaction, which holds the lock of the authentication's row.
   * Once: null where there is no code, or it was revoked before. A code that was redeemed before is revoked all the same; the event says so.
   * @param stamp of the event, where the caller counts the authentication's events itself; else they are counted on here
   */
  async revoke(tx: Tx, key: string, reason: RevocationReason, stamp: EventStamp | null = null): Promise<RevokedCode | null> {
    const { rows } = await tx.query<{ jti: string; already_redeemed: boolean; revoked_at: Date }>(REVOKE, [key, reason]);
    const row = rows[0];
    if (row === undefined) return null;
    const parts = splitAuthenticationKey(key);
    invariant(parts, 'a code belongs to an authentication key');
    const { gatewayId, authenticationId } = parts;
    const revokedAtMs = row.revoked_at.getTime();
    const revokedAt = toRfc3339(revokedAtMs);
    const body = { authenticationId, gatewayId, codeId: row.jti, reason, alreadyRedeemed: row.already_redeemed, revokedAt } satisfies Fields<ScaRevokedV1>;
    const envelope = stamp ?? (await this.stamps.next(tx, key));
    tx.publish({ type: 'sca.revoked.v1', key, gatewayId, subject: authenticationId, body, ...envelope });
    return { jti: row.jti, alreadyRedeemed: row.already_redeemed, revokedAtMs };
  }
}
