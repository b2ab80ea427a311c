import { metrics } from '@assent/platform';

/** Calls a minute that the vendor allows to one API key (docs/going-live.md). */
export const VENDOR_CALLS_PER_MINUTE = { create: 600, read: 600, write: 300 } as const;
export type VendorScope = keyof typeof VENDOR_CALLS_PER_MINUTE;

const SCOPE_OF: Readonly<Record<string, VendorScope>> = { create: 'create', decision: 'read', list: 'read', delete: 'write' };
const WINDOW_SECONDS = 60;

/** How many calls of each kind the vendor still takes in this minute, as far as one process can know: its own calls of the last 60 seconds are counted. */
export class VendorBudget {
  private readonly windows = new Map<VendorScope, { readonly counts: Uint32Array; atSecond: number }>();

  constructor(private readonly nowMs: () => number) {}

  /** One call was made. An operation that the limits do not name is not counted. */
  spend(operation: string): void {
    const scope = SCOPE_OF[operation];
    if (scope === undefined) return;
    const window = this.windowOf(scope);
    const slot = window.atSecond % WINDOW_SECONDS;
    window.counts[slot] = (window.counts[slot] ?? 0) + 1;
  }

  left(scope: VendorScope): number {
    const spent = this.windowOf(scope).counts.reduce((sum, count) => sum + count, 0);
    return Math.max(0, VENDOR_CALLS_PER_MINUTE[scope] - spent);
  }

  /** The seconds that have gone by since the last look are emptied. */
  private windowOf(scope: VendorScope): { readonly counts: Uint32Array; atSecond: number } {
    const second = Math.floor(this.nowMs() / 1000);
    const window = this.windows.get(scope) ?? { counts: new Uint32Array(WINDOW_SECONDS), atSecond: second };
    this.windows.set(scope, window);
    const passed = Math.min(second - window.atSecond, WINDOW_SECONDS);
    for (let i = 1; i <= passed; i++) window.counts[(window.atSecond + i) % WINDOW_SECONDS] = 0;
    window.atSecond = Math.max(second, window.atSecond);
    return window;
  }
}

/** The budget as a figure: what is left by this replica's own calls. The key's whole use is the sum over the replicas' calls. */
export function measuredBudget(): VendorBudget {
  const budget = new VendorBudget(() => performance.now());
  const left = metrics.gauge('assent_vendor_budget_left', "Calls of a kind that the vendor still takes in this minute, by this replica's own calls alone.", ['scope']);
  metrics.beforeScrape('vendor budget', () => {
    for (const scope of ['create', 'read', 'write'] as const) left.set({ scope }, budget.left(scope));
    return Promise.resolve();
  });
  return budget;
}
