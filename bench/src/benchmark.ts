/** One comparison of ours with a peer, made in the same run (interface section 4). */
export interface Measure {
  /** `sca throughput`, `whole way at 10/s p50`, … */
  readonly measure: string;
  /** `1/s` where more is better; `ms`, `CPU ms`, `commits`, … where less is. */
  readonly unit: string;
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  /** Above 1 always means that ours is better. */
  readonly ratio: number;
}

export interface BenchmarkOptions {
  /** A short run: enough to see that everything works and roughly how fast. */
  readonly quick: boolean;
  /** What else stood on the command line. */
  readonly arguments: readonly string[];
  /** One line about what goes on, for people. */
  readonly say: (line: string) => void;
}

export interface BenchmarkResult {
  readonly measures: readonly Measure[];
  /** What people should read beside the table: versions, load, spread. */
  readonly notes: readonly string[];
  /** Why the figures must not be trusted (lost or doubled messages, for example). Empty: they may be. */
  readonly failures: readonly string[];
}

/** What `npm run bench -- NAME` runs. */
export interface Benchmark {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** The options it understands beside `--json` and `--quick`, one line each. */
  readonly options: readonly string[];
  run(options: BenchmarkOptions): Promise<BenchmarkResult>;
}

type Better = 'more' | 'less';

/** A measure with its ratio: for throughput ours to the peer's, for what costs the peer's to ours. */
export function compare(name: { measure: string; unit: string; peerName: string }, ours: number, peer: number, better: Better): Measure {
  return { ...name, ours, peer, ratio: better === 'more' ? ours / peer : peer / ours };
}
