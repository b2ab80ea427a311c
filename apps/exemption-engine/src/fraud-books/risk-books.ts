import { type BandState, lastComplete, type RiskAnalysis } from '@assent/domain-exemption';
import { type Sql, textArray } from '@assent/postgres';

/** Outcomes need a while to arrive: a quarter is closed an hour after its end, and from then on is the one that counts. */
export const SETTLE_MS = 3_600_000;

type Known = Pick<RiskAnalysis, 'fraudRate' | 'exceededConsecutiveQuarters' | 'ceasedThresholds'>;
type BookedInstrument = 'card' | 'credit_transfer';

const RATES = `
  SELECT namespace, instrument, fraud_value::text, total_value::text FROM closed_quarter
   WHERE quarter = $1 AND (namespace, currency) IN (SELECT * FROM unnest($2::text[], $3::text[]))`;
const STATES = `
  SELECT namespace, instrument, threshold::text, state FROM band_state
   WHERE (namespace, currency) IN (SELECT * FROM unnest($1::text[], $2::text[]))`;

/** A band whose use has ended, or that has never been allowed, is treated alike: it may not be used. */
const NOT_USABLE: ReadonlySet<BandState> = new Set<BandState>(['CEASED', 'RECOVERABLE']);

/** What risk analysis (Article 18) may stand on: the rate of the last complete quarter, and the bands' states. */
export class RiskBooks {
  constructor(private readonly known: ReadonlyMap<string, Known>) {}

  /** No rate where the last complete quarter has not been closed: an older one says nothing about now. */
  of(namespace: string, instrument: BookedInstrument): Known {
    return this.known.get(`${namespace}\n${instrument}`) ?? { fraudRate: null, exceededConsecutiveQuarters: new Map(), ceasedThresholds: new Set() };
  }
}

export async function readRiskBooks(
  sql: Sql,
  asked: readonly { readonly namespace: string; readonly currency: string }[],
  nowMs: number,
): Promise<RiskBooks> {
  if (asked.length === 0) return new RiskBooks(new Map());
  const names = textArray(asked.map(({ namespace }) => namespace));
  const currencies = textArray(asked.map(({ currency }) => currency));
  const [rates, states] = await Promise.all([
    sql.query<{ namespace: string; instrument: BookedInstrument; fraud_value: string; total_value: string }>(RATES, [
      lastComplete(nowMs, SETTLE_MS),
      names,
      currencies,
    ]),
    sql.query<{ namespace: string; instrument: BookedInstrument; threshold: string; state: BandState }>(STATES, [names, currencies]),
  ]);
  const known = new Map<string, Known>();
  for (const { namespace, instrument, fraud_value, total_value } of rates.rows) {
    const own = states.rows.filter((row) => row.namespace === namespace && row.instrument === instrument);
    known.set(`${namespace}\n${instrument}`, {
      fraudRate: { fraudValue: BigInt(fraud_value), totalValue: BigInt(total_value) },
      exceededConsecutiveQuarters: new Map(own.filter(({ state }) => state === 'WARNED').map(({ threshold }) => [BigInt(threshold), 1])),
      ceasedThresholds: new Set(own.filter(({ state }) => NOT_USABLE.has(state)).map(({ threshold }) => BigInt(threshold))),
    });
  }
  return new RiskBooks(known);
}
