import type { Facts } from '../facts';
import { type Fraction, reduced } from '../fraction';
import type { RiskBand } from '../profile';

/** A calendar quarter, as in `2026-Q3`: they sort as text. */
export type Quarter = string;

/** What the books know of one payment, or of many that are alike. */
export interface BookedPayment {
  readonly instrument: Facts['instrument'];
  readonly remote: boolean;
  readonly initiator: Facts['initiator'];
  readonly moto: boolean;
  /** `SCA`, the exemption that was used, or `OUT_OF_SCOPE`. */
  readonly auth: string;
  /** In minor units of the profile's currency. */
  readonly value: bigint;
  readonly fraud: { readonly kind: FraudKind; readonly liable: 'self' | 'other'; readonly registeredIn: Quarter | null } | null;
  readonly legalEntity: string;
  readonly executedIn: Quarter;
}

/** Manipulating the payer counts; a payer who acts fraudulently does not (EBA Q&A 2018_4032). */
export type FraudKind = 'unauthorised' | 'payer_manipulated' | 'payer_fraud';

export interface FraudRateQuestion {
  readonly instrument: 'card' | 'credit_transfer';
  readonly quarter: Quarter;
  readonly legalEntity: string;
  /** Whether fraud belongs to the quarter of the payment or to that of its report (EBA Q&A 2024_6989, unresolved). */
  readonly dating: FraudDating;
}

export type FraudDating = 'execution' | 'registration';

/** Article 19: both sums in minor units. Never divided before it is compared. */
export interface FraudRate {
  readonly fraudValue: bigint;
  readonly totalValue: bigint;
}

const COUNTED_FRAUD: ReadonlySet<FraudKind> = new Set<FraudKind>(['unauthorised', 'payer_manipulated']);

/**
 * RTS Article 19: the value of fraudulent remote payments over that of all remote payments of the instrument, authenticated and exempt
 * together, recovered or not; for the whole legal entity, whatever the brand. What is outside the duty (payee-initiated, by telephone,
 * one leg) is in neither sum. Fraud for which the other provider bore the loss is not counted (EBA-Op-2018-04, paragraph 46).
 */
export function fraudRate(payments: Iterable<BookedPayment>, question: FraudRateQuestion): FraudRate {
  let fraudValue = 0n;
  let totalValue = 0n;
  for (const payment of payments) {
    if (!isInTheSums(payment, question)) continue;
    if (payment.executedIn === question.quarter) totalValue += payment.value;
    if (fraudQuarter(payment, question.dating) === question.quarter) fraudValue += payment.value;
  }
  return { fraudValue, totalValue };
}

/** The worse of both datings: until the question is answered, the one that allows less decides. */
export function worseFraudRate(a: FraudRate, b: FraudRate): FraudRate {
  return a.fraudValue * b.totalValue >= b.fraudValue * a.totalValue ? a : b;
}

function isInTheSums({ instrument, remote, initiator, moto, auth, legalEntity }: BookedPayment, question: FraudRateQuestion): boolean {
  return instrument === question.instrument && legalEntity === question.legalEntity && remote && initiator === 'payer' && !moto && auth !== 'OUT_OF_SCOPE';
}

function fraudQuarter({ fraud, executedIn }: BookedPayment, dating: FraudDating): Quarter | null {
  if (fraud === null || fraud.liable !== 'self' || !COUNTED_FRAUD.has(fraud.kind)) return null;
  return dating === 'registration' ? (fraud.registeredIn ?? executedIn) : executedIn;
}

const BASIS_POINTS = 10_000n;

/** Whether a rate is at or below a reference in basis points, exactly. Nothing divided by nothing is no rate, and so is not. */
export function isWithinReference({ fraudValue, totalValue }: FraudRate, reference: Fraction): boolean {
  return totalValue > 0n && fraudValue * BASIS_POINTS * reference.denominator <= reference.numerator * totalValue;
}

/** The band with the highest threshold that the rate unlocks, or null. */
export function highestBand(rate: FraudRate, bands: readonly RiskBand[]): RiskBand | null {
  return bands.findLast(({ reference }) => isWithinReference(rate, reference)) ?? null;
}

/** In basis points, for people; null where there is none. */
export const basisPoints = ({ fraudValue, totalValue }: FraudRate): Fraction | null =>
  totalValue > 0n ? reduced(fraudValue * BASIS_POINTS, totalValue) : null;

/** How much more fraud the quarter bears before a reference is passed, in minor units, rounded down; negative where it is passed. */
export function headroom({ fraudValue, totalValue }: FraudRate, reference: Fraction): bigint {
  const most = (reference.numerator * totalValue) / (reference.denominator * BASIS_POINTS);
  return most - fraudValue;
}
