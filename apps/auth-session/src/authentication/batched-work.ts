import { GroupCommit, isInfrastructureError } from '@assent/postgres';
import { Contended, whileContended } from './contended';

type Settled<O> = { readonly answer: O } | { readonly error: unknown };

const BATCH_MAX = 200;
const QUEUE_MAX = 5000;

/**
 * Work on many authentications at once: what arrives while one transaction is under way becomes the next. An item on which the work fails
 * for a reason of its own fails alone: the others of its batch are done without it.
 */
export class BatchedWork<I, O> {
  private readonly group: GroupCommit<I, Settled<O>>;

  /** `work`: one transaction for all items, with one answer for each, in order. Run again where it is contended. */
  constructor(private readonly work: (items: readonly I[]) => Promise<O[]>) {
    this.group = new GroupCommit((items) => this.settle(items), { batchMax: BATCH_MAX, queueMax: QUEUE_MAX });
  }

  /** @throws what the item's work threw, or QueueFull */
  async submit(item: I): Promise<O> {
    const settled = await this.group.submit(item);
    if ('error' in settled) throw settled.error;
    return settled.answer;
  }

  get depth(): number {
    return this.group.depth;
  }

  private async settle(items: readonly I[]): Promise<Settled<O>[]> {
    try {
      const answers = await whileContended(() => this.work(items));
      return answers.map((answer) => ({ answer }));
    } catch (error) {
      // An outage concerns all of them.
      if (items.length === 1 || (isInfrastructureError(error) && !(error instanceof Contended))) return items.map(() => ({ error }));
    }
    const alone: Settled<O>[] = [];
    for (const item of items) alone.push(...(await this.settle([item])));
    return alone;
  }
}
