import { assertNever, invariant } from '@assent/kernel';
import type { Spent } from '../facts';
import { type Fraction, add, larger, subtract, ZERO } from '../fraction';

/**
 * The counters of Articles 11 and 16 (section 1.1 of the rules): what a payment instrument has spent without strong customer
 * authentication since the last one. A payment holds its amount from the decision on, since the next decision may come before the first is
 * executed. A hold has no time limit: it is spent until somebody says that the payment will not happen.
 *
 * The order in which outcome and verdict arrive does not matter: HELD gives way to RELEASED, both give way to COMMITTED, and nothing
 * leads back. An authentication that resets opens a new epoch; whatever belongs to an earlier one touches nothing any more.
 */

/** What has been spent, and what is held for payments of which nobody knows yet. */
export interface Counter {
  /** Counts up with each authentication that resets. */
  readonly epoch: number;
  readonly committed: Spent;
  readonly held: Spent;
}

export type ShareStatus = 'HELD' | 'RELEASED' | 'COMMITTED';

/** The part of one payment in one counter. */
export interface Share {
  /** The counter's epoch when the payment was decided. */
  readonly epoch: number;
  readonly status: ShareStatus;
  /** What was decided on, in minor units of the counter's currency. */
  readonly amount: Fraction;
  /** What has been executed so far; several captures add up. */
  readonly executed: Fraction;
}

export interface CounterState {
  readonly counter: Counter;
  /** Null before the payment has been decided. */
  readonly share: Share | null;
}

export type CounterCommand =
  /** The payment may go on without authentication: its amount is spent from now on. */
  | { readonly type: 'HOLD'; readonly amount: Fraction }
  /** The payment needs authentication: it is spent only if it is executed without. */
  | { readonly type: 'WATCH'; readonly amount: Fraction }
  /** It was executed, wholly or in part. The caller sees to it that one outcome comes here once. */
  | { readonly type: 'EXECUTE'; readonly amount: Fraction }
  /** It will not happen: declined, reversed before execution, or answered otherwise. */
  | { readonly type: 'RELEASE' }
  /** Strong customer authentication of a payment on the counter's channel. */
  | { readonly type: 'AUTHENTICATE' };

export type CounterEvent =
  | { readonly type: 'AmountHeld'; readonly amount: Fraction }
  | { readonly type: 'PaymentWatched'; readonly amount: Fraction }
  | { readonly type: 'PaymentExecuted'; readonly amount: Fraction }
  | { readonly type: 'HoldReleased' }
  | { readonly type: 'EpochOpened' };

const NOTHING: Spent = { amount: ZERO, count: 0 };
export const EMPTY_COUNTER: Counter = { epoch: 0, committed: NOTHING, held: NOTHING };

/** What the next decision has to take as spent. */
export const spentOf = ({ committed, held }: Counter): Spent => ({ amount: add(committed.amount, held.amount), count: committed.count + held.count });

export function decideCounter(command: CounterCommand, { share }: CounterState): readonly CounterEvent[] {
  switch (command.type) {
    case 'HOLD':
      invariant(share === null, 'a payment is decided once');
      return [{ type: 'AmountHeld', amount: command.amount }];
    case 'WATCH':
      invariant(share === null, 'a payment is decided once');
      return [{ type: 'PaymentWatched', amount: command.amount }];
    case 'EXECUTE':
      invariant(share !== null, 'only a decided payment has a share to execute');
      return [{ type: 'PaymentExecuted', amount: command.amount }];
    case 'RELEASE':
      return share?.status === 'HELD' ? [{ type: 'HoldReleased' }] : [];
    case 'AUTHENTICATE':
      return [{ type: 'EpochOpened' }];
    default:
      return assertNever(command, 'counter command');
  }
}

export function evolveCounter(state: CounterState, event: CounterEvent): CounterState {
  const { counter, share } = state;
  switch (event.type) {
    case 'AmountHeld':
      return { counter: { ...counter, held: plus(counter.held, event.amount) }, share: newShare(counter, 'HELD', event.amount) };
    case 'PaymentWatched':
      return { counter, share: newShare(counter, 'RELEASED', event.amount) };
    case 'PaymentExecuted':
      return share === null ? state : execute(counter, share, event.amount);
    case 'HoldReleased':
      return share === null ? state : release(counter, share);
    case 'EpochOpened':
      return { counter: { epoch: counter.epoch + 1, committed: NOTHING, held: NOTHING }, share };
    default:
      return assertNever(event, 'counter event');
  }
}

/** Decides and evolves in one step. */
export const applyToCounter = (state: CounterState, command: CounterCommand): CounterState => decideCounter(command, state).reduce(evolveCounter, state);

const newShare = ({ epoch }: Counter, status: ShareStatus, amount: Fraction): Share => ({ epoch, status, amount, executed: ZERO });

function execute(counter: Counter, share: Share, amount: Fraction): CounterState {
  const executed: Share = { ...share, status: 'COMMITTED', executed: add(share.executed, amount) };
  if (share.epoch !== counter.epoch) return { counter, share: executed };
  const held = share.status === 'HELD' ? minus(counter.held, share.amount) : counter.held;
  const alreadyCommitted = share.status === 'COMMITTED';
  const committedAmount = alreadyCommitted ? subtract(counter.committed.amount, weightOf(share)) : counter.committed.amount;
  const committed = { amount: add(committedAmount, weightOf(executed)), count: counter.committed.count + (alreadyCommitted ? 0 : 1) };
  return { counter: { ...counter, held, committed }, share: executed };
}

function release(counter: Counter, share: Share): CounterState {
  const released: Share = { ...share, status: 'RELEASED' };
  if (share.epoch !== counter.epoch) return { counter, share: released };
  return { counter: { ...counter, held: minus(counter.held, share.amount) }, share: released };
}

/** A capture below the decided amount gives nothing back (stricter, and simple); captures beyond it count in full. */
const weightOf = ({ amount, executed }: Share): Fraction => larger(amount, executed);

const plus = ({ amount, count }: Spent, more: Fraction): Spent => ({ amount: add(amount, more), count: count + 1 });

function minus({ amount, count }: Spent, less: Fraction): Spent {
  invariant(count > 0, 'a hold that is given back was held');
  // Once nothing is held, nothing is left over from sums that had to be rounded up.
  return count === 1 ? NOTHING : { amount: subtract(amount, less), count: count - 1 };
}
