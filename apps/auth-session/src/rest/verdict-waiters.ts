import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Stopping } from '@assent/platform';
import { Database } from '@assent/postgres';
import { VerdictHeralds } from '../authentication/verdict-heralds';

/** Waiting requests hold memory and a socket, no connection to the database; past this many the answer is what there is now. */
const WAITERS_MAX = 5000;
/** Verdicts that another replica reached are found by looking, for all that wait here at once. */
const LOOK_MS = 500;

/** Lets REST callers wait for a verdict. Told by this process's own commits at once, by looking for those of others. */
@Injectable()
export class VerdictWaiters implements BeforeApplicationShutdown {
  private readonly waiting = new Map<string, Set<() => void>>();
  private count = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(VerdictHeralds) heralds: VerdictHeralds,
    @Inject(Stopping) private readonly stopping: Stopping,
  ) {
    heralds.listen((key) => this.wake(key));
  }

  beforeApplicationShutdown(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }

  /**
   * Begins to listen, before the caller looks whether there is a verdict already: none can be missed in between. `until` resolves at the
   * verdict, after the time, or when the service stops; `end` must be called.
   */
  listen(key: string, waitMs: number): { readonly until: Promise<void>; end(): void } {
    if (this.count >= WAITERS_MAX || waitMs <= 0) return { until: Promise.resolve(), end: () => undefined };
    let end = (): void => undefined;
    const until = new Promise<void>((resolve) => {
      const timeout = setTimeout(() => end(), waitMs);
      const waiters = this.waiting.get(key) ?? new Set();
      this.waiting.set(key, waiters);
      const stop = (): void => end();
      end = (): void => {
        if (!waiters.delete(stop)) return;
        this.count -= 1;
        clearTimeout(timeout);
        this.stopping.signal.removeEventListener('abort', stop);
        if (waiters.size === 0) this.waiting.delete(key);
        resolve();
      };
      waiters.add(stop);
      this.count += 1;
      this.stopping.signal.addEventListener('abort', stop);
    });
    this.keepLooking();
    return { until, end: () => end() };
  }

  private wake(key: string): void {
    for (const waiter of [...(this.waiting.get(key) ?? [])]) waiter();
  }

  private keepLooking(): void {
    this.timer ??= setTimeout(() => void this.look(), LOOK_MS);
  }

  private async look(): Promise<void> {
    try {
      const { rows } = await this.database.query<{ key: string }>(`SELECT key FROM authentication WHERE key = ANY ($1::text[]) AND state = 'DECIDED'`, [[...this.waiting.keys()]]);
      for (const { key } of rows) this.wake(key);
    } catch {
      // The database is away: the waiting requests find out for themselves when their time is over.
    }
    this.timer = null;
    if (this.waiting.size > 0) this.keepLooking();
  }
}
