import { appendLeaves, EMPTY_FRONTIER, type Frontier, rootOf } from '../tree/frontier';
import { type Hash, leafHash } from '../tree/hash';
import type { LogSource } from './log-source';

/** Between two remembered states: what is read again to get at a state in between. */
const REMEMBER_EVERY = 4096;

/** The tree that the verifier grows by itself out of the leaves that it was given: in memory a few hashes for every 4096 leaves. */
export class OwnTree {
  private frontier: Frontier = EMPTY_FRONTIER;
  private readonly remembered: Frontier[] = [EMPTY_FRONTIER];

  constructor(
    private readonly source: LogSource,
    private readonly log: string,
  ) {}

  get size(): number {
    return this.frontier.size;
  }

  get root(): Hash {
    return rootOf(this.frontier);
  }

  append(leaves: readonly Hash[]): void {
    for (let at = 0; at < leaves.length; ) {
      const next = Math.min(leaves.length - at, REMEMBER_EVERY - (this.frontier.size % REMEMBER_EVERY));
      this.frontier = appendLeaves(this.frontier, leaves.slice(at, at + next)).frontier;
      at += next;
      if (this.frontier.size % REMEMBER_EVERY === 0) this.remembered.push(this.frontier);
    }
  }

  /** The root over the first `size` leaves, as they were given; null where the source does not give them again. */
  async rootAt(size: number): Promise<Hash | null> {
    if (size === this.frontier.size) return this.root;
    let state = this.remembered[Math.floor(size / REMEMBER_EVERY)];
    while (state !== undefined && state.size < size) {
      const entries = await this.source.entries(this.log, state.size, size);
      if (!entries.ok || entries.value.length === 0) return null;
      state = appendLeaves(state, entries.value.map(({ leaf }) => leafHash(leaf))).frontier;
    }
    return state?.size === size ? rootOf(state) : null;
  }
}
