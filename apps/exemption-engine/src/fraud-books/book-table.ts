import { type BookLine, type Instrument, type Profile, type Quarter, spanOf } from '@assent/domain-exemption';
import { currencyDigits } from '@assent/kernel';
import type { Sql } from '@assent/postgres';

/**
 * The books of one namespace and one quarter, from what gateways reported. What the request said goes before what the outcome says. A payment
 * that is not known here, of which nobody says otherwise, is a remote one by the payer. Values are in minor units of the regime's currency, at
 * the decision's rate; a sum that is no whole number is rounded against the provider: payments down, fraud up.
 */
const LINES = `
  WITH reported AS (
    SELECT o.kind, o.fraud_kind, coalesce(o.fraud_liable, 'self') AS liable,
           o.occurred_at >= $2::timestamptz AND o.occurred_at < $3::timestamptz AS executed_here,
           o.fraud_executed_at >= $2::timestamptz AND o.fraud_executed_at < $3::timestamptz AS fraud_executed_here,
           o.fraud_registered_at >= $2::timestamptz AND o.fraud_registered_at < $3::timestamptz AS fraud_registered_here,
           coalesce(d.instrument, o.instrument) AS instrument,
           coalesce(d.remote, o.remote, true) AS remote,
           CASE WHEN coalesce(d.initiator, o.initiator) = 'payee' OR coalesce(d.instrument, o.instrument) = 'direct_debit' THEN 'OUT_OF_SCOPE'
                WHEN a.decision IS NULL THEN coalesce(o.auth, 'NONE')
                WHEN a.decision = 'OUT_OF_SCOPE' THEN 'OUT_OF_SCOPE'
                WHEN a.verdict = 'APPROVED' AND a.assurance = 'SCA' THEN 'SCA'
                WHEN a.verdict = 'APPROVED' THEN 'SINGLE_FACTOR'
                WHEN a.decision = 'EXEMPT' THEN coalesce(a.exemption, 'NONE')
                ELSE 'NONE' END AS path,
           CASE WHEN o.currency = $4 THEN o.amount::numeric * $5::numeric
                WHEN d.rate IS NOT NULL AND d.rate > 0 THEN o.amount::numeric * d.rate_over / d.rate * $5::numeric END AS value
      FROM payment_outcome AS o
      LEFT JOIN authentication AS a ON a.key = o.authentication_key
      LEFT JOIN decided AS d ON d.key = o.authentication_key
     WHERE o.namespace = $1
       AND ((o.kind = 'EXECUTED' AND o.occurred_at >= $2::timestamptz AND o.occurred_at < $3::timestamptz)
         OR (o.kind = 'FRAUD_REPORTED' AND o.fraud_executed_at >= $2::timestamptz AND o.fraud_executed_at < $3::timestamptz)
         OR (o.kind = 'FRAUD_REPORTED' AND o.fraud_registered_at >= $2::timestamptz AND o.fraud_registered_at < $3::timestamptz))
  ), told AS (
    SELECT *, kind = 'EXECUTED' AS is_payment,
           kind = 'FRAUD_REPORTED' AND fraud_kind <> 'PAYER_FRAUD' AND liable = 'self' AS is_counted_fraud
      FROM reported
  )
  SELECT instrument, remote, path,
         (count(*) FILTER (WHERE is_payment AND executed_here))::float8 AS payments,
         floor(coalesce(sum(value) FILTER (WHERE is_payment AND executed_here), 0))::text AS value,
         ceil(coalesce(sum(value) FILTER (WHERE is_counted_fraud AND fraud_executed_here), 0))::text AS fraud_by_execution,
         ceil(coalesce(sum(value) FILTER (WHERE is_counted_fraud AND fraud_registered_here), 0))::text AS fraud_by_registration,
         (count(*) FILTER (WHERE is_counted_fraud))::float8 AS fraud_reports,
         (count(*) FILTER (WHERE value IS NULL AND (is_payment OR is_counted_fraud)))::float8 AS unconverted
    FROM told GROUP BY instrument, remote, path`;

interface LineRow {
  readonly instrument: string | null;
  readonly remote: boolean;
  readonly path: string;
  readonly payments: number;
  readonly value: string;
  readonly fraud_by_execution: string;
  readonly fraud_by_registration: string;
  readonly fraud_reports: number;
  readonly unconverted: number;
}

const INSTRUMENTS: readonly Instrument[] = ['card', 'credit_transfer', 'direct_debit'];

/** The books of a quarter; empty for what is no quarter. */
export async function readBook(sql: Sql, namespace: string, quarter: Quarter, { currency }: Profile): Promise<BookLine[]> {
  const span = spanOf(quarter);
  if (span === null) return [];
  const scale = 10n ** BigInt(currencyDigits(currency) ?? 0);
  const values = [namespace, new Date(span.fromMs).toISOString(), new Date(span.untilMs).toISOString(), currency, scale.toString()];
  const { rows } = await sql.query<LineRow>(LINES, values);
  return rows.map((row) => ({
    instrument: INSTRUMENTS.find((instrument) => instrument === row.instrument) ?? null,
    remote: row.remote,
    path: row.path,
    payments: row.payments,
    value: BigInt(row.value),
    fraudByExecution: BigInt(row.fraud_by_execution),
    fraudByRegistration: BigInt(row.fraud_by_registration),
    fraudReports: row.fraud_reports,
    unconverted: row.unconverted,
  }));
}
