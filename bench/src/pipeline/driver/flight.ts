/** What the driver saw of the requests of one offer. Times are milliseconds of the shared clock. */
export class Flight {
  beganAtMs = 0;
  /** When something last came. */
  movedAtMs = 0;
  /** When the last first verdict came. */
  endedAtMs = 0;
  doubled = 0;
  /** Verdicts with another outcome than the way should end with. */
  wrong = 0;
  confirmErrors = 0;
  private readonly starts = new Map<string, number>();
  private readonly decisions = new Map<string, number>();
  private readonly links = new Map<string, number>();
  private readonly redirects = new Map<string, number>();
  private readonly answers = new Map<string, number>();
  private readonly sessions = new Map<string, string>();

  begins(atMs: number): void {
    this.beganAtMs = this.movedAtMs = this.endedAtMs = atMs;
  }

  started(id: string, atMs: number): void {
    this.starts.set(id, atMs);
  }

  knows(id: string): boolean {
    return this.starts.has(id);
  }

  decided(id: string, atMs: number): void {
    if (!this.decisions.has(id)) this.decisions.set(id, atMs);
  }

  wantsLink(id: string): boolean {
    return !this.links.has(id);
  }

  linked(id: string, atMs: number): void {
    this.links.set(id, atMs);
    this.movedAtMs = atMs;
  }

  redirected(id: string, vendorSessionId: string, tookMs: number): void {
    this.redirects.set(id, tookMs);
    this.sessions.set(vendorSessionId, id);
  }

  answered(id: string, value: Buffer | null, atMs: number): void {
    if (this.answers.has(id)) {
      this.doubled++;
      return;
    }
    if (value === null || !(value.includes('"outcome":"APPROVED"') || value.includes('"outcome":"EXEMPT"'))) this.wrong++;
    this.answers.set(id, atMs);
    this.movedAtMs = this.endedAtMs = atMs;
  }

  get verdicts(): number {
    return this.answers.size;
  }

  missing(count: number): number {
    return count - this.answers.size;
  }

  /** Verdicts a second, from the first request to the last verdict. */
  get perSecond(): number {
    return (this.answers.size * 1000) / (this.endedAtMs - this.beganAtMs);
  }

  /** Latencies of the requests after the first `skipped`, which warm the pace up. `posted`: when the vendor sent each session's webhook. */
  latencies(skipped: number, posted: readonly (readonly [session: string, atMs: number])[]): Readonly<Record<Stretch, Latency>> {
    const counted = new Map([...this.starts].slice(skipped));
    const since = (ends: ReadonlyMap<string, number>): number[] => [...ends].flatMap(([id, atMs]) => (counted.has(id) ? [atMs - (counted.get(id) ?? 0)] : []));
    const hooks = posted.flatMap(([session, atMs]) => {
      const id = this.sessions.get(session) ?? '';
      const answeredAtMs = this.answers.get(id);
      return counted.has(id) && answeredAtMs !== undefined ? [answeredAtMs - atMs] : [];
    });
    return {
      'requested to decided': latency(since(this.decisions)),
      'requested to link': latency(since(this.links)),
      'confirm to redirect': latency([...this.redirects].flatMap(([id, ms]) => (counted.has(id) ? [ms] : []))),
      'webhook to verdict': latency(hooks),
      'whole way': latency(since(this.answers)),
    };
  }
}

export const STRETCHES = ['requested to decided', 'requested to link', 'confirm to redirect', 'webhook to verdict', 'whole way'] as const;
export type Stretch = (typeof STRETCHES)[number];

export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

function latency(values: readonly number[]): Latency {
  const ascending = values.toSorted((a, b) => a - b);
  const at = (share: number): number => ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? Number.NaN;
  return { count: ascending.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
