import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { requestHash, type ScaRequestedV1, TIME_TO_LIVE_SECONDS } from '@assent/contracts';
import { bindingOf, shownHash } from '@assent/domain-linking';
import { authenticationKey, uuidv7 } from '@assent/kernel';
import { currentTraceparent, type Gateway } from '@assent/platform';
import { Database, textArray, type Tx } from '@assent/postgres';
import type { AuthenticationIdentity, AuthenticationRecord } from '../authentication/authentication-record';
import type { AuthenticationUnit } from '../authentication/authentication-unit';
import { BatchedWork } from '../authentication/batched-work';
import { Contended } from '../authentication/contended';
import { UnitServices } from '../authentication/unit-services';

/** A request as its caller sent it, checked against the contract. */
export interface RestRequest {
  readonly gateway: Gateway;
  readonly idempotencyKey: string;
  /** Of the body as sent: with or without an id of the caller's. */
  readonly bodyHash: string;
  /** With an id: the caller's, or one made here. */
  readonly request: ScaRequestedV1;
}

export type RestAnswer =
  | { readonly kind: 'ACCEPTED'; readonly record: AuthenticationRecord }
  /** The key came before with another body. */
  | { readonly kind: 'KEY_REUSED' }
  /** The authentication's id is taken by other content. */
  | { readonly kind: 'REQUEST_CONFLICT' };

interface Work extends RestRequest {
  readonly traceparent: string;
}

interface KnownKey {
  readonly bodyHash: string;
  readonly key: string;
}

const KNOWN = `
  SELECT row.gateway_id, row.idempotency_key, row.body_hash, row.key FROM idempotency AS row
    JOIN unnest($1::text[], $2::text[]) AS wanted (gateway_id, idempotency_key) USING (gateway_id, idempotency_key)`;
const REMEMBER = `
  INSERT INTO idempotency (gateway_id, idempotency_key, body_hash, key)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) ORDER BY 1, 2
  ON CONFLICT DO NOTHING`;

/** An id for a caller who sent none: sorts by time, and nobody guesses it. */
export const newAuthenticationId = (): string => uuidv7(Date.now(), randomBytes(10));

/**
 * Requests of REST callers: written down with the `sca.requested` that they become, in one transaction, many at once. The database's
 * clock says when a request was made.
 */
@Injectable()
export class RestRequests {
  private readonly requests = new BatchedWork<Work, RestAnswer>((works) => this.database.transaction((tx) => this.write(tx, works), 'request'));

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UnitServices) private readonly units: UnitServices,
  ) {}

  receive(request: RestRequest): Promise<RestAnswer> {
    return this.requests.submit({ ...request, traceparent: currentTraceparent() });
  }

  private async write(tx: Tx, works: readonly Work[]): Promise<RestAnswer[]> {
    const known = await this.knownKeys(tx, works);
    const unit = await this.units.begin(tx, works.map((work) => known.get(nameOf(work))?.key ?? keyOf(work)));
    const remembered: { work: Work; key: string }[] = [];
    const answers = works.map((work): RestAnswer => {
      const earlier = known.get(nameOf(work));
      if (earlier !== undefined) return earlier.bodyHash === work.bodyHash ? { kind: 'ACCEPTED', record: recordOf(unit, earlier.key) } : { kind: 'KEY_REUSED' };
      const key = keyOf(work);
      const refusal = receive(unit, key, work);
      if (refusal !== null) return refusal;
      known.set(nameOf(work), { bodyHash: work.bodyHash, key });
      remembered.push({ work, key });
      return { kind: 'ACCEPTED', record: recordOf(unit, key) };
    });
    await unit.save();
    await this.remember(tx, remembered);
    return answers;
  }

  private async knownKeys(tx: Tx, works: readonly Work[]): Promise<Map<string, KnownKey>> {
    const { rows } = await tx.query<{ gateway_id: string; idempotency_key: string; body_hash: string; key: string }>(KNOWN, [
      textArray(works.map(({ gateway }) => gateway.id)),
      textArray(works.map(({ idempotencyKey }) => idempotencyKey)),
    ]);
    return new Map(rows.map((row) => [`${row.gateway_id} ${row.idempotency_key}`, { bodyHash: row.body_hash, key: row.key }]));
  }

  private async remember(tx: Tx, remembered: readonly { work: Work; key: string }[]): Promise<void> {
    if (remembered.length === 0) return;
    const { rowCount } = await tx.query(REMEMBER, [
      textArray(remembered.map(({ work }) => work.gateway.id)),
      textArray(remembered.map(({ work }) => work.idempotencyKey)),
      textArray(remembered.map(({ work }) => work.bodyHash)),
      textArray(remembered.map(({ key }) => key)),
    ]);
    if (rowCount !== remembered.length) throw new Contended('an idempotency key was taken');
  }
}

/** Null where the request is there now: new, or the same content once more. */
function receive(unit: AuthenticationUnit, key: string, { gateway, request, traceparent }: Work): RestAnswer | null {
  const requestedAtMs = unit.nowMs(key);
  const { authenticationId, action, payer, payment, description, returnUrl, timeToLiveSeconds = TIME_TO_LIVE_SECONDS.default, reviewSeconds = 0 } = request;
  const identity: AuthenticationIdentity = {
    key,
    gatewayId: gateway.id,
    authenticationId,
    namespace: gateway.namespace,
    payerId: payer.id,
    request: { action, payer, payment: payment ?? null, description: description ?? null, returnUrl: returnUrl ?? null },
    requestedAtMs,
  };
  const facts = {
    requestHash: requestHash(request),
    shownHash: shownHash(bindingOf(identity.request)),
    expiresAtMs: requestedAtMs + timeToLiveSeconds * 1000,
    reviewSeconds,
  };
  const result = unit.runOn(identity, { type: 'ReceiveRequest', request: facts }, { traceparent }, { requested: request });
  return result.ok || result.error === 'SAME_REQUEST' ? null : { kind: 'REQUEST_CONFLICT' };
}

const keyOf = ({ gateway, request }: RestRequest): string => authenticationKey(gateway.id, request.authenticationId);
const nameOf = ({ gateway, idempotencyKey }: RestRequest): string => `${gateway.id} ${idempotencyKey}`;

function recordOf(unit: AuthenticationUnit, key: string): AuthenticationRecord {
  const record = unit.record(key);
  if (record === null) throw new Error('invariant broken: an accepted request is known');
  return record;
}
