import { type FraudRate, type Movement, pathOf, type PastPayment, type Policy, type Projection, project, type Quarter, Replay } from '@assent/domain-exemption';

export interface PathFigures {
  readonly path: string;
  readonly payments: number;
  readonly share: number;
  readonly valueMinor: bigint;
  readonly fraudMinor: bigint;
}

export interface PolicyResult {
  readonly name: string;
  readonly policy: Policy;
  readonly exemptShare: number;
  readonly scaShare: number;
  /** Where the policy sends payments, the most payments first. */
  readonly paths: readonly PathFigures[];
  readonly projections: readonly Projection[];
}

/** Payments that two policies send two ways. */
export interface Difference {
  readonly from: string;
  readonly to: string;
  payments: number;
  valueMinor: bigint;
}

export interface BacktestResult {
  readonly payments: number;
  readonly skipped: number;
  readonly firstQuarter: Quarter | null;
  readonly lastQuarter: Quarter | null;
  readonly currency: string;
  readonly policies: readonly PolicyResult[];
  /** Of every policy against the first one. */
  readonly differences: readonly { readonly against: string; readonly policy: string; readonly moves: readonly Difference[] }[];
}

interface Entrant {
  readonly name: string;
  readonly replay: Replay;
  readonly moves: Map<string, Difference>;
}

const EMPTY: FraudRate = { fraudValue: 0n, totalValue: 0n };

/** Sends payments through several policies at once, in constant memory: only sums, and the counters of instruments, are kept. */
export class Backtest {
  private readonly entrants: readonly Entrant[];
  private payments = 0;
  private skipped = 0;
  private quarter: Quarter | null = null;
  private firstQuarter: Quarter | null = null;
  private books = { card: EMPTY, credit_transfer: EMPTY };

  constructor(policies: readonly { readonly name: string; readonly policy: Policy }[]) {
    this.entrants = policies.map(({ name, policy }) => ({ name, replay: new Replay(policy), moves: new Map() }));
  }

  take(payment: PastPayment): void {
    if (payment.quarter !== this.quarter) this.turn(payment.quarter);
    this.payments++;
    this.book(payment);
    let first: string | null = null;
    for (const { replay, moves } of this.entrants) {
      const path = pathOf(replay.take(payment));
      first ??= path;
      if (path !== first) note(moves, first, path, payment.amountMinor);
    }
  }

  skip(): void {
    this.skipped++;
  }

  result(): BacktestResult {
    const [first] = this.entrants;
    return {
      payments: this.payments,
      skipped: this.skipped,
      firstQuarter: this.firstQuarter,
      lastQuarter: this.quarter,
      currency: first?.replay.policy.profile.currency ?? '',
      policies: this.entrants.map(({ name, replay }) => this.resultOf(name, replay)),
      differences: this.entrants.slice(1).map(({ name, moves }) => ({
        against: first?.name ?? '',
        policy: name,
        moves: [...moves.values()].sort((a, b) => b.payments - a.payments),
      })),
    };
  }

  /** The rates of the quarter that ends are what the next one stands on. An earlier quarter that comes late changes nothing any more. */
  private turn(quarter: Quarter): void {
    if (this.quarter !== null && quarter < this.quarter) return;
    if (this.quarter !== null) for (const { replay } of this.entrants) replay.closeQuarter(this.books);
    this.books = { card: EMPTY, credit_transfer: EMPTY };
    this.quarter = quarter;
    this.firstQuarter ??= quarter;
  }

  private book({ instrument, channel, initiator, auth, amountMinor, fraud }: PastPayment): void {
    if ((channel !== 'remote' && channel !== null) || initiator === 'payee' || auth === 'OUT_OF_SCOPE') return;
    const { fraudValue, totalValue } = this.books[instrument];
    this.books = { ...this.books, [instrument]: { fraudValue: fraud ? fraudValue + amountMinor : fraudValue, totalValue: totalValue + amountMinor } };
  }

  private resultOf(name: string, replay: Replay): PolicyResult {
    const movements = [...replay.movements.values()];
    const paths = pathsOf(movements, this.payments);
    const shareOf = (wanted: (path: string) => boolean): number => paths.filter(({ path }) => wanted(path)).reduce((sum, { share }) => sum + share, 0);
    const { riskBands } = replay.policy.profile;
    return {
      name,
      policy: replay.policy,
      exemptShare: shareOf((path) => path.startsWith('EX')),
      scaShare: shareOf((path) => path === 'SCA'),
      paths,
      projections: (['card', 'credit_transfer'] as const)
        .filter((instrument) => movements.some((one) => one.instrument === instrument && one.remote))
        .map((instrument) => project(instrument, movements, riskBands[instrument])),
    };
  }
}

function pathsOf(movements: readonly Movement[], all: number): PathFigures[] {
  const sums = new Map<string, { payments: number; valueMinor: bigint; fraudMinor: bigint }>();
  for (const { to, payments, value, fraudValue } of movements) {
    const sum = sums.get(to) ?? { payments: 0, valueMinor: 0n, fraudMinor: 0n };
    sums.set(to, { payments: sum.payments + payments, valueMinor: sum.valueMinor + value, fraudMinor: sum.fraudMinor + fraudValue });
  }
  return [...sums].map(([path, sum]) => ({ path, ...sum, share: all === 0 ? 0 : sum.payments / all })).sort((a, b) => b.payments - a.payments);
}

function note(moves: Map<string, Difference>, from: string, to: string, amountMinor: bigint): void {
  const name = `${from} ${to}`;
  const known = moves.get(name);
  if (known === undefined) {
    moves.set(name, { from, to, payments: 1, valueMinor: amountMinor });
    return;
  }
  known.payments++;
  known.valueMinor += amountMinor;
}
