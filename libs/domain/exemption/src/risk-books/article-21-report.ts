import type { Instrument } from '../facts';
import { type Fraction, reduced } from '../fraction';
import { basisPoints, type FraudRate, type Quarter, worseFraudRate } from './fraud-rate';

/** Payments of one quarter that are alike: instrument, channel, and how they were authenticated. Values in minor units of the profile's currency. */
export interface BookLine {
  /** Null where nobody has said. */
  readonly instrument: Instrument | null;
  readonly remote: boolean;
  /** `SCA`, the exemption, `NONE` (executed without either), `SINGLE_FACTOR`, `OUT_OF_SCOPE`. */
  readonly path: string;
  readonly payments: number;
  readonly value: bigint;
  /** Counted fraud of payments that were executed in the quarter, and of payments whose fraud was registered in it. */
  readonly fraudByExecution: bigint;
  readonly fraudByRegistration: bigint;
  readonly fraudReports: number;
  /** Payments and reports in a currency of which no rate was known: they are in no sum. */
  readonly unconverted: number;
}

export interface PathFigures {
  readonly path: string;
  readonly payments: number;
  readonly value: bigint;
  /** The worse of both datings. */
  readonly fraudValue: bigint;
  readonly fraudReports: number;
  readonly rateBasisPoints: Fraction | null;
  /** In minor units, unrounded. */
  readonly average: Fraction | null;
  /** Of the payments of the section, in per cent. */
  readonly share: Fraction | null;
}

/** One section of the report: one instrument, remote or not. */
export interface ReportSection {
  readonly instrument: Instrument | null;
  readonly remote: boolean;
  readonly total: PathFigures;
  readonly paths: readonly PathFigures[];
}

export interface Article21Report {
  readonly quarter: Quarter;
  readonly sections: readonly ReportSection[];
  /** Payments outside the duty: in no figure above. */
  readonly outOfScope: { readonly payments: number; readonly value: bigint };
  readonly unconverted: number;
}

const OUT_OF_SCOPE = 'OUT_OF_SCOPE';
/** In the order in which a reader looks for them: with authentication first, then exempt, then neither. */
const PATH_ORDER = ['SCA', 'EX10', 'EX10A', 'EX11', 'EX12', 'EX13', 'EX14', 'EX15', 'EX16', 'EX17', 'EX18', 'SINGLE_FACTOR', 'NONE'];
const place = (path: string): number => (PATH_ORDER.includes(path) ? PATH_ORDER.indexOf(path) : PATH_ORDER.length);

/**
 * RTS Article 21(1): for each payment type, remote and other apart, the value of fraud, of all payments, the rate, the average, and number and
 * share of each exemption and of authentication. What is outside the duty is told apart and is in no sum.
 */
export function article21Report(quarter: Quarter, lines: readonly BookLine[]): Article21Report {
  const inside = lines.filter(({ path }) => path !== OUT_OF_SCOPE);
  const outside = lines.filter(({ path }) => path === OUT_OF_SCOPE);
  const groups = new Map<string, BookLine[]>();
  for (const line of inside) {
    const name = `${line.instrument ?? '~'} ${line.remote ? 0 : 1}`;
    groups.set(name, [...(groups.get(name) ?? []), line]);
  }
  return {
    quarter,
    sections: [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, members]) => sectionOf(members)),
    outOfScope: { payments: outside.reduce((sum, { payments }) => sum + payments, 0), value: outside.reduce((sum, { value }) => sum + value, 0n) },
    unconverted: lines.reduce((sum, { unconverted }) => sum + unconverted, 0),
  };
}

function sectionOf(lines: readonly BookLine[]): ReportSection {
  const all = lines.reduce((sum, { payments }) => sum + payments, 0);
  const paths = [...new Set(lines.map(({ path }) => path))].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
  const [first] = lines;
  return {
    instrument: first?.instrument ?? null,
    remote: first?.remote ?? false,
    total: figuresOf('ALL', lines, all),
    paths: paths.map((path) => figuresOf(path, lines.filter((line) => line.path === path), all)),
  };
}

function figuresOf(path: string, lines: readonly BookLine[], all: number): PathFigures {
  const payments = lines.reduce((sum, line) => sum + line.payments, 0);
  const rate = rateOfLines(lines);
  return {
    path,
    payments,
    value: rate.totalValue,
    fraudValue: rate.fraudValue,
    fraudReports: lines.reduce((sum, line) => sum + line.fraudReports, 0),
    rateBasisPoints: basisPoints(rate),
    average: payments === 0 ? null : reduced(rate.totalValue, BigInt(payments)),
    share: all === 0 ? null : reduced(BigInt(payments) * 100n, BigInt(all)),
  };
}

function rateOfLines(lines: readonly BookLine[]): FraudRate {
  const totalValue = lines.reduce((sum, { value }) => sum + value, 0n);
  const byExecution = { totalValue, fraudValue: lines.reduce((sum, line) => sum + line.fraudByExecution, 0n) };
  return worseFraudRate(byExecution, { totalValue, fraudValue: lines.reduce((sum, line) => sum + line.fraudByRegistration, 0n) });
}

/**
 * RTS Article 19: the rate of an instrument from the books, remote payments alone, whatever authenticated them. Fraud of an unknown instrument
 * may be of this one, and so counts against it; value of an unknown instrument does not count for it.
 */
export function rateFromBooks(instrument: 'card' | 'credit_transfer', lines: readonly BookLine[]): FraudRate {
  const remote = lines.filter((line) => line.remote && line.path !== OUT_OF_SCOPE);
  return rateOfLines([
    ...remote.filter((line) => line.instrument === instrument),
    ...remote.filter((line) => line.instrument === null).map((line) => ({ ...line, value: 0n })),
  ]);
}
