import type { PaymentOutcomeKind, PaymentOutcomeV1 } from '@assent/contracts';
import { type Money, parseMoney } from '@assent/kernel';
import { type Tx, textArray } from '@assent/postgres';

/** An outcome as it was reported. */
export interface ReportedOutcome {
  readonly gatewayId: string;
  readonly namespace: string;
  /** `<gatewayId>:<authenticationId>`; null for payments that never came here. */
  readonly authenticationKey: string | null;
  readonly contentHash: string;
  readonly body: PaymentOutcomeV1;
}

/** What settles a counter. */
export interface SettlingOutcome {
  readonly kind: PaymentOutcomeKind;
  readonly money: Money;
}

const KEEP = `
  INSERT INTO payment_outcome (gateway_id, outcome_id, content_hash, authentication_key, namespace, instrument_id, kind, amount, currency, occurred_at,
                               instrument, remote, initiator, auth, fraud_kind, fraud_executed_at, fraud_registered_at, fraud_recovered, fraud_liable)
  SELECT gateway_id, outcome_id, content_hash, authentication_key, namespace, instrument_id, kind, amount, currency, occurred_at::timestamptz,
         instrument, remote::boolean, initiator, auth, fraud_kind, fraud_executed_at::timestamptz, fraud_registered_at::timestamptz, fraud_recovered, fraud_liable
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
                $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[])
      AS new (gateway_id, outcome_id, content_hash, authentication_key, namespace, instrument_id, kind, amount, currency, occurred_at,
              instrument, remote, initiator, auth, fraud_kind, fraud_executed_at, fraud_registered_at, fraud_recovered, fraud_liable)
  ON CONFLICT DO NOTHING
  RETURNING gateway_id, outcome_id`;

const KNOWN = `
  SELECT o.gateway_id, o.outcome_id, o.content_hash
    FROM payment_outcome AS o JOIN unnest($1::text[], $2::text[]) AS asked (gateway_id, outcome_id) USING (gateway_id, outcome_id)`;

const WAITING = `
  SELECT authentication_key AS key, kind, amount, currency FROM payment_outcome
   WHERE authentication_key = ANY ($1::text[]) ORDER BY recorded_at, outcome_id`;

export const outcomeIdentity = (gatewayId: string, outcomeId: string): string => `${gatewayId}\n${outcomeId}`;

/**
 * Keeps outcomes of different identities. Answers the content hash that is known for each: its own where it is new here, and whether it is.
 * In the order of their identities, so that two replicas with the same outcomes wait for each other and never in a circle.
 */
export async function keepOutcomes(
  tx: Tx,
  outcomes: readonly ReportedOutcome[],
): Promise<Map<string, { readonly isNew: boolean; readonly contentHash: string }>> {
  if (outcomes.length === 0) return new Map();
  const identity = ({ gatewayId, body }: ReportedOutcome): string => outcomeIdentity(gatewayId, body.outcomeId);
  const sorted = [...outcomes].sort((a, b) => (identity(a) < identity(b) ? -1 : 1));
  const { rows } = await tx.query<{ gateway_id: string; outcome_id: string }>(KEEP, columnsOf(sorted));
  const fresh = new Set(rows.map((row) => outcomeIdentity(row.gateway_id, row.outcome_id)));
  const answers = new Map(
    sorted.filter((outcome) => fresh.has(identity(outcome))).map((outcome) => [identity(outcome), { isNew: true, contentHash: outcome.contentHash }]),
  );
  const others = sorted.filter((outcome) => !fresh.has(identity(outcome)));
  if (others.length > 0) {
    const known = await tx.query<{ gateway_id: string; outcome_id: string; content_hash: string }>(KNOWN, [
      textArray(others.map(({ gatewayId }) => gatewayId)),
      textArray(others.map(({ body }) => body.outcomeId)),
    ]);
    for (const row of known.rows) answers.set(outcomeIdentity(row.gateway_id, row.outcome_id), { isNew: false, contentHash: row.content_hash });
  }
  return answers;
}

function columnsOf(outcomes: readonly ReportedOutcome[]): Buffer[] {
  const column = (read: (outcome: ReportedOutcome) => string | boolean | null | undefined): Buffer =>
    textArray(outcomes.map((outcome) => read(outcome)?.toString() ?? null));
  return [
    column(({ gatewayId }) => gatewayId),
    column(({ body }) => body.outcomeId),
    column(({ contentHash }) => contentHash),
    column(({ authenticationKey }) => authenticationKey),
    column(({ namespace }) => namespace),
    column(({ body }) => body.instrumentId),
    column(({ body }) => body.kind),
    column(({ body }) => body.amount),
    column(({ body }) => body.currency),
    column(({ body }) => body.occurredAt),
    column(({ body }) => body.facts?.instrument),
    column(({ body }) => body.facts?.remote),
    column(({ body }) => body.facts?.initiator),
    column(({ body }) => body.facts?.auth),
    column(({ body }) => body.fraud?.kind),
    column(({ body }) => body.fraud?.executedAt),
    column(({ body }) => body.fraud?.registeredAt),
    column(({ body }) => body.fraud?.recovered),
    column(({ body }) => body.fraud?.liable),
  ];
}

/** Outcomes that came before their request, by key, in the order in which they came. */
export async function readWaitingOutcomes(tx: Tx, keys: readonly string[]): Promise<Map<string, SettlingOutcome[]>> {
  const waiting = new Map<string, SettlingOutcome[]>();
  if (keys.length === 0) return waiting;
  const { rows } = await tx.query<{ key: string; kind: PaymentOutcomeKind; amount: string; currency: string }>(WAITING, [textArray(keys)]);
  for (const { key, kind, amount, currency } of rows) {
    const outcomes = waiting.get(key) ?? [];
    outcomes.push({ kind, money: moneyOf(amount, currency) });
    waiting.set(key, outcomes);
  }
  return waiting;
}

/** Amounts of the contract's own checks: reading one again cannot fail. */
export function moneyOf(amount: string, currency: string): Money {
  const money = parseMoney(amount, currency);
  if (!money.ok) throw new Error(`invariant broken: an amount that fits the contract can be read (${money.error})`);
  return money.value;
}
