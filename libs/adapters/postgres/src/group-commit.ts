/** Too much is waiting. The caller refuses (503 with Retry-After) rather than hold what it cannot promise to keep. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

interface Waiting<I, O> {
  readonly item: I;
  readonly resolve: (answer: O) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: while one batch is under way, what arrives waits and becomes the next one. A lone item is worked on at once; under
 * load one round trip and one flush to disk serve hundreds. Each item gets its own answer, or the error of its batch.
 */
export class GroupCommit<I, O> {
  private waiting: Waiting<I, O>[] = [];
  private running = false;

  /** `work` answers one output for each input, in order. */
  constructor(
    private readonly work: (batch: I[]) => Promise<O[]>,
    private readonly options: { readonly batchMax: number; readonly queueMax: number },
  ) {}

  submit(item: I): Promise<O> {
    if (this.waiting.length >= this.options.queueMax) return Promise.reject(new QueueFull(`more than ${this.options.queueMax} are waiting`));
    return new Promise<O>((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.running) void this.run();
    });
  }

  /** How many wait now: a gauge for operators. */
  get depth(): number {
    return this.waiting.length;
  }

  private async run(): Promise<void> {
    this.running = true;
    // Let everything that is ready in this turn of the event loop join the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.options.batchMax);
      try {
        const answers = await this.work(batch.map(({ item }) => item));
        if (answers.length !== batch.length) throw new Error(`a batch of ${batch.length} got ${answers.length} answers`);
        answers.forEach((answer, i) => batch[i]?.resolve(answer));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.running = false;
  }
}
