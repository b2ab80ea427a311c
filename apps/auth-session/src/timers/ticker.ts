import { isInfrastructureError } from '@assent/postgres';
import { logFor } from '@assent/platform';

const log = logFor('timers');

/** Work that comes round: one run at a time, again at once while there is more, and never an end by an error. */
export class Ticker {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private stopped = false;

  /** `run` answers whether there is more to do at once. */
  constructor(
    private readonly name: string,
    private readonly periodMs: number,
    private readonly run: () => Promise<boolean>,
  ) {}

  start(): void {
    this.schedule(this.periodMs);
  }

  /** Ends after the run that is under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.running;
  }

  private schedule(afterMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.tick();
    }, afterMs);
  }

  private async tick(): Promise<void> {
    let more = false;
    try {
      more = await this.run();
    } catch (error) {
      if (isInfrastructureError(error)) log.warn('timer waits for the database', { component: this.name, error });
      else log.error('timer failed', { component: this.name, error });
    }
    this.schedule(more ? 0 : this.periodMs);
  }
}
