import { type Fraction, compare, reduced, whole } from '../fraction';
import type { RiskBand } from '../profile';
import { type BandEvent, type BandState, decideBand, evolveBand } from './cessation';
import { basisPoints, type FraudRate, headroom, isWithinReference } from './fraud-rate';

/** A band after a quarter was closed, with what happened to it. */
export interface ClosedBand {
  readonly threshold: bigint;
  readonly from: BandState;
  readonly to: BandState;
  readonly events: readonly BandEvent[];
}

/** RTS Article 20 for all bands of an instrument, when a quarter ends. A band that is not known yet has never qualified. */
export function closeQuarter(bands: readonly RiskBand[], states: ReadonlyMap<bigint, BandState>, rate: FraudRate): ClosedBand[] {
  return bands.map(({ threshold, reference }) => {
    const from = states.get(threshold) ?? 'NOT_QUALIFIED';
    const events = decideBand({ type: 'CLOSE_QUARTER', within: isWithinReference(rate, reference) }, from);
    return { threshold, from, to: events.reduce(evolveBand, from), events };
  });
}

/** From which part of a reference on somebody should look: four fifths. */
const WARNING_PER_CENT = whole(80n);

/** How far a rate is from a band's reference. */
export interface BandDistance {
  readonly threshold: bigint;
  readonly reference: Fraction;
  /** Of the reference, in per cent; null where there is no rate. */
  readonly used: Fraction | null;
  /** How much more fraud the quarter bears, in minor units; negative where the reference is passed. */
  readonly headroom: bigint;
  readonly within: boolean;
  /** At four fifths of the reference or above. */
  readonly warning: boolean;
}

export function bandDistances(bands: readonly RiskBand[], rate: FraudRate): BandDistance[] {
  const points = basisPoints(rate);
  return bands.map(({ threshold, reference }) => {
    const used = points === null ? null : reduced(points.numerator * reference.denominator * 100n, points.denominator * reference.numerator);
    return {
      threshold,
      reference,
      used,
      headroom: headroom(rate, reference),
      within: isWithinReference(rate, reference),
      warning: used !== null && compare(used, WARNING_PER_CENT) >= 0,
    };
  });
}
