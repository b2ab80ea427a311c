import { applyToCounter, type Counter, type CounterCommand, EMPTY_COUNTER, type Share, spentOf, type Spent } from '@assent/domain-exemption';
import { type CounterKey, counterId, lockCounters, writeCounters } from './counter-table';
import type { Tx } from '@assent/postgres';

/** The counters that one transaction holds, as they change in memory from message to message. Written once, at the end. */
export class CounterBook {
  private readonly changed = new Map<string, CounterKey>();

  private constructor(private readonly counters: Map<string, Counter>) {}

  /** Locks every counter that the batch may touch, in one order, before anything is decided on them. */
  static async lock(tx: Tx, keys: readonly CounterKey[]): Promise<CounterBook> {
    return new CounterBook(await lockCounters(tx, keys));
  }

  spent(key: CounterKey): Spent {
    return spentOf(this.of(key));
  }

  epoch(key: CounterKey): number {
    return this.of(key).epoch;
  }

  /** Moves a counter; answers the share of the payment that moved it. */
  move(key: CounterKey, share: Share | null, command: CounterCommand): Share | null {
    const before = this.of(key);
    const state = applyToCounter({ counter: before, share }, command);
    if (state.counter !== before) {
      this.counters.set(counterId(key), state.counter);
      this.changed.set(counterId(key), key);
    }
    return state.share;
  }

  write(tx: Tx): Promise<void> {
    return writeCounters(
      tx,
      [...this.changed].map(([id, key]) => [key, this.counters.get(id) ?? EMPTY_COUNTER] as const),
    );
  }

  private of(key: CounterKey): Counter {
    const counter = this.counters.get(counterId(key));
    if (counter === undefined) throw new Error('invariant broken: a counter was used that is not locked');
    return counter;
  }
}
