import { formatMoney, parseMoney } from '@assent/kernel';
import type { Facts } from '../facts';
import { type Fraction, fractionOf, isAtMost } from '../fraction';
import { PROFILES } from '../profile';
import { type BandState, decideBand, evolveBand } from '../risk-books/cessation';
import { basisPoints, type BookedPayment, type FraudDating, type FraudKind, fraudRate, highestBand } from '../risk-books/fraud-rate';
import { type JsonObject, sameJson, type VectorBasis, type VectorResult } from './vector-file';

const PROFILE = 'EU';

interface BookLine {
  readonly instrument: Facts['instrument'];
  readonly remote: boolean;
  readonly initiator: Facts['initiator'];
  readonly moto: boolean;
  readonly auth: string;
  readonly value: string;
  readonly fraudKind: FraudKind | 'none';
  readonly legalEntity: string;
  readonly executedIn: string;
  readonly fraudRegisteredIn?: string;
  readonly liable: 'self' | 'other';
}

export interface FraudRateVector {
  readonly id: string;
  readonly title: string;
  readonly basis: VectorBasis;
  readonly given: {
    readonly instrument: 'card' | 'credit_transfer';
    readonly quarter: string;
    readonly legalEntity: string;
    readonly lines: readonly BookLine[];
    readonly fraudDating?: FraudDating;
  };
  readonly expect: JsonObject;
}

export interface CessationVector {
  readonly id: string;
  readonly title: string;
  readonly basis: VectorBasis;
  readonly instrument: 'card' | 'credit_transfer';
  readonly initialState: BandState;
  readonly timeline: readonly ({ readonly expect: JsonObject } & (
    { readonly quarter: string; readonly rateBps: string } | { readonly notify: string; readonly on: string }
  ))[];
}

function profile() {
  const found = PROFILES.get(PROFILE);
  if (found === undefined) throw new Error('the EU profile comes with the engine');
  return found;
}

/** Runs one vector of Article 19: both sums, the rate to six decimals, and the highest band that it unlocks. */
export function runFraudRateVector({ id, given, expect }: FraudRateVector): VectorResult {
  const { currency, riskBands } = profile();
  const rate = fraudRate(
    given.lines.map((line) => booked(line, currency)),
    { ...given, dating: given.fraudDating ?? 'execution' },
  );
  const points = basisPoints(rate);
  const band = highestBand(rate, riskBands[given.instrument]);
  const shown = (minor: bigint): string => formatMoney({ minor, currency });
  const actual = {
    fraudValue: shown(rate.fraudValue),
    totalValue: shown(rate.totalValue),
    rateBps: points === null ? null : toSixDecimals(points),
    highestEtv: band === null ? null : shown(band.threshold),
  };
  return { id, pass: sameJson(actual, expect), actual };
}

/** Rounded half up: for reading only, nothing is compared by it. */
function toSixDecimals({ numerator, denominator }: Fraction): string {
  const millionths = (2n * numerator * 1_000_000n + denominator) / (2n * denominator);
  const digits = millionths.toString().padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

function booked({ value, fraudKind, liable, fraudRegisteredIn, ...line }: BookLine, currency: string): BookedPayment {
  const money = parseMoney(value, currency);
  if (!money.ok) throw new Error(`a fraud-rate vector has an unreadable value: ${money.error}`);
  return { ...line, value: money.value.minor, fraud: fraudKind === 'none' ? null : { kind: fraudKind, liable, registeredIn: fraudRegisteredIn ?? null } };
}

/** What a vector of Article 20 calls an action; everything else is a change of state that needs nobody to act. */
const ACTIONS: ReadonlySet<string> = new Set(['REPORT', 'CEASE', 'NOTIFY_REJECTED']);

/** Runs one timeline of Article 20 over all bands of an instrument. */
export function runCessationVector({ id, instrument, initialState, timeline }: CessationVector): VectorResult {
  const { currency, riskBands } = profile();
  const bands = [...riskBands[instrument]].reverse().map(({ threshold, reference }) => ({ name: formatMoney({ minor: threshold, currency }), reference }));
  const states = new Map<string, BandState>(bands.map(({ name }) => [name, initialState]));
  const answers = timeline.map((step) => {
    const actions = bands.flatMap(({ name, reference }) => {
      if ('notify' in step && step.notify !== name) return [];
      const events = decideBand(
        'notify' in step ? { type: 'NOTIFY' } : { type: 'CLOSE_QUARTER', within: isAtMost(rateOf(step.rateBps), reference) },
        states.get(name) ?? initialState,
      );
      states.set(name, events.reduce(evolveBand, states.get(name) ?? initialState));
      return events.filter((event) => ACTIONS.has(event)).map((event) => `${event}:${name}`);
    });
    return { actions, states: Object.fromEntries(states) };
  });
  return { id, pass: answers.every((answer, i) => sameJson(answer, timeline[i]?.expect)), actual: answers };
}

function rateOf(basisPointsText: string) {
  const rate = fractionOf(basisPointsText);
  if (rate === null) throw new Error('a cessation vector has an unreadable rate');
  return rate;
}
