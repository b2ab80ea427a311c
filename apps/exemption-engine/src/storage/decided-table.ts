import type { ScaDecidedV1 } from '@assent/contracts';
import type { Fraction } from '@assent/domain-exemption';
import { type Tx, textArray } from '@assent/postgres';
import { type ApprovalEffect, readEffect, writeEffect } from '../payer-books/approval-effect';

/** A decision as it is kept: the body that was published, and what the books need of the request. */
export interface Decided {
  readonly key: string;
  readonly body: ScaDecidedV1;
  readonly namespace: string;
  readonly instrument: string | null;
  readonly remote: boolean | null;
  readonly initiator: string | null;
  /** Units of the payment's currency for one of the regime's. */
  readonly rate: Fraction | null;
  readonly effect: ApprovalEffect | null;
}

const KEEP = `
  INSERT INTO decided (key, body, namespace, payer_id, instrument, remote, initiator, rate, rate_over, on_approval)
  SELECT key, body, namespace, payer_id, instrument, remote::boolean, initiator, rate::numeric, rate_over::numeric, on_approval
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
      AS new (key, body, namespace, payer_id, instrument, remote, initiator, rate, rate_over, on_approval)`;

/** The published bodies of decisions, by key. Written once, and read only to say them again or to settle what follows. */
export async function keepDecided(tx: Tx, decided: readonly Decided[]): Promise<void> {
  if (decided.length === 0) return;
  const column = (read: (one: Decided) => string | boolean | bigint | null | undefined): Buffer => textArray(decided.map((one) => read(one)?.toString() ?? null));
  await tx.query(KEEP, [
    column(({ key }) => key),
    column(({ body }) => JSON.stringify(body)),
    column(({ namespace }) => namespace),
    column(({ body }) => body.request.payer.id),
    column(({ instrument }) => instrument),
    column(({ remote }) => remote),
    column(({ initiator }) => initiator),
    column(({ rate }) => rate?.numerator),
    column(({ rate }) => rate?.denominator),
    column(({ effect }) => writeEffect(effect)),
  ]);
}

export async function readDecided(tx: Tx, keys: readonly string[]): Promise<Map<string, ScaDecidedV1>> {
  if (keys.length === 0) return new Map();
  const { rows } = await tx.query<{ key: string; body: string }>('SELECT key, body FROM decided WHERE key = ANY ($1::text[])', [textArray(keys)]);
  return new Map(rows.map(({ key, body }) => [key, JSON.parse(body) as ScaDecidedV1]));
}

/** What approvals of these requests change, and for whom; only those that change something. */
export async function readEffects(
  tx: Tx,
  keys: readonly string[],
): Promise<Map<string, { readonly namespace: string; readonly payerId: string; readonly effect: ApprovalEffect }>> {
  if (keys.length === 0) return new Map();
  const { rows } = await tx.query<{ key: string; namespace: string; payer_id: string; on_approval: string }>(
    'SELECT key, namespace, payer_id, on_approval FROM decided WHERE key = ANY ($1::text[]) AND on_approval IS NOT NULL',
    [textArray(keys)],
  );
  return new Map(rows.map((row) => [row.key, { namespace: row.namespace, payerId: row.payer_id, effect: readEffect(row.on_approval) }]));
}
