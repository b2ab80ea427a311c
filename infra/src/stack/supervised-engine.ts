import { setTimeout as delay } from 'node:timers/promises';
import { type Engine } from '../engines/engine';
import { RestartPause } from './restart-pause';

/** Starts a local engine again whenever it ends unasked. Engines that are not ours are left to those whose they are. */
export class SupervisedEngine {
  private readonly halt = new AbortController();
  private readonly loop: Promise<void>;

  constructor(
    private readonly engine: Engine,
    private readonly say: (line: string) => void,
    private readonly name: string,
  ) {
    this.loop = this.watch();
  }

  /** Ends the watch; the engine itself is stopped by whoever stops the stack. */
  async release(): Promise<void> {
    this.halt.abort();
    await this.loop;
  }

  private async watch(): Promise<void> {
    const pause = new RestartPause();
    const halted = new Promise<void>((resolve) => this.halt.signal.addEventListener('abort', () => resolve()));
    for (let since = Date.now(); !this.isHalted(); since = Date.now()) {
      const exited = this.engine.exited();
      if (exited === null) return;
      await Promise.race([exited, halted]);
      if (this.isHalted()) return;
      this.say(`${this.name} ended; starting it again`);
      await delay(pause.next(Date.now() - since), undefined, { signal: this.halt.signal }).catch(() => undefined);
      if (this.isHalted()) return;
      // A start that fails has ended its process, so the next turn of the loop waits a little and tries again.
      await this.engine.start().catch((error: unknown) => this.say(`${this.name}: ${error instanceof Error ? error.message : String(error)}`));
    }
  }

  private isHalted(): boolean {
    return this.halt.signal.aborted;
  }
}
