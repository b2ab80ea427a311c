import type { SoakOptions } from './run-soak';

interface Counters {
  readonly answered: () => number;
  readonly faults: () => number;
  /** What is broken at this moment; empty: nothing. */
  readonly current: () => string;
}

const EVERY_MS = 10_000;

/** Says every few seconds how far a run is and how long it will still take. */
export class SoakProgress {
  private readonly began = Date.now();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly options: Pick<SoakOptions, 'requests' | 'faults' | 'say'>,
    private readonly counters: Counters,
  ) {
    this.timer = setInterval(() => this.tell(), EVERY_MS);
  }

  end(): void {
    clearInterval(this.timer);
    this.tell();
  }

  private tell(): void {
    const { requests, faults, say } = this.options;
    const answered = this.counters.answered();
    const share = Math.max(0.001, Math.min(answered / requests, faults === 0 ? 1 : this.counters.faults() / faults));
    const seconds = (Date.now() - this.began) / 1000;
    const left = share >= 1 ? 'nearly done' : `about ${Math.ceil((seconds / share - seconds) / 60)} min left`;
    const now = this.counters.current();
    say(`${answered}/${requests} requests answered, ${this.counters.faults()}/${faults} faults${now === '' ? '' : ` (now: ${now})`}, ${left}`);
  }
}
