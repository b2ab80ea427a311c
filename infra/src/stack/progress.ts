const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 80;
const COLUMNS = 80;
/** A log file shows that a long step has begun; short ones show only that they are done. */
const LONG_STEP_MS = 3000;

/** Tells a waiting person what goes on: one line for each finished step, and on a terminal one moving line for those that run. */
export class Progress {
  private readonly running = new Set<string>();
  private timer: NodeJS.Timeout | null = null;
  private frame = 0;

  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly quiet = false,
  ) {}

  say(line: string): void {
    if (this.quiet) return;
    this.clear();
    this.stream.write(`${line}\n`);
  }

  /** Runs a step. `describe` adds what its result tells. */
  async step<T>(title: string, work: () => Promise<T>, describe: (result: T) => string = () => ''): Promise<T> {
    const started = Date.now();
    const long = setTimeout(() => {
      if (!this.stream.isTTY) this.say(`… ${title}`);
    }, LONG_STEP_MS);
    this.running.add(title);
    this.animate();
    try {
      const result = await work();
      const notes = [describe(result), `${((Date.now() - started) / 1000).toFixed(1)} s`].filter((note) => note !== '');
      this.finish(title);
      this.say(`✓ ${title} (${notes.join(', ')})`);
      return result;
    } catch (error) {
      this.finish(title);
      this.say(`✗ ${title}`);
      throw error;
    } finally {
      clearTimeout(long);
    }
  }

  private finish(title: string): void {
    this.running.delete(title);
    if (this.running.size > 0 || this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    this.clear();
  }

  private animate(): void {
    if (!this.stream.isTTY || this.quiet || this.timer !== null) return;
    this.timer = setInterval(() => {
      this.frame = (this.frame + 1) % FRAMES.length;
      this.clear();
      // A terminal that does not say how wide it is says 0.
      this.stream.write(`${FRAMES[this.frame] ?? ''} ${[...this.running].join(', ')}`.slice(0, (this.stream.columns || COLUMNS) - 1));
    }, FRAME_MS);
  }

  private clear(): void {
    if (!this.stream.isTTY) return;
    this.stream.cursorTo(0);
    this.stream.clearLine(0);
  }
}
