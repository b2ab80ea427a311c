import { invariant } from '@assent/kernel';

/**
 * Where things are in the tree. The arithmetic is division rather than shifting, since JavaScript's bit operators stop at 2^31.
 */

/** A log of this size has just fewer nodes than JavaScript counts exactly. At a million leaves a second it is full in 142 years. */
export const SIZE_MAX = 2 ** 52;

/** A complete subtree: the 2^level leaves from `index * 2^level` on. Level 0 is a leaf. */
export interface NodeId {
  readonly level: number;
  readonly index: number;
}

/** Whether a value can be the size of a log, or an index in one. */
export const isSize = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= SIZE_MAX;

export const isOdd = (value: number): boolean => value % 2 === 1;

/** Half, rounded down: one step towards the root. */
export const parentOf = (index: number): number => (isOdd(index) ? (index - 1) / 2 : index / 2);

const TWO_32 = 2 ** 32;

/** The largest power of two that is not above `value` (which is at least 1). */
export function powerAtMost(value: number): number {
  invariant(value >= 1, 'no power of two is below 1');
  return value < TWO_32 ? 2 ** (31 - Math.clz32(value)) : 2 ** (63 - Math.clz32(Math.floor(value / TWO_32)));
}

/** Where a tree of `size` leaves splits: the largest power of two below `size` (RFC 9162 section 2.1.1). */
export const splitOf = (size: number): number => powerAtMost(size - 1);

function onesOf32(value: number): number {
  let ones = 0;
  for (let rest = value | 0; rest !== 0; rest &= rest - 1) ones += 1;
  return ones;
}

/** How many ones a whole number has in binary. */
const onesOf = (value: number): number => onesOf32(value % TWO_32) + onesOf32(Math.floor(value / TWO_32));

/**
 * How many nodes (leaves and complete inner ones) a log of `size` leaves has. Nodes are stored in the order in which they come to be, each leaf followed by
 * the inner nodes that it completes, so this is also where the next one goes.
 */
export const nodesOf = (size: number): number => 2 * size - onesOf(size);

/** The place of a node in that order: right after the last leaf below it, as many steps as its level. */
export const placeOf = ({ level, index }: NodeId): number => nodesOf((index + 1) * 2 ** level - 1) + level;

/** The place of a leaf. */
export const placeOfLeaf = (index: number): number => nodesOf(index);

/** The complete subtrees, largest first, whose leaves are exactly `[first, first + size)`. `first` is a multiple of the largest. */
export function subtreesOf(first: number, size: number): NodeId[] {
  const subtrees: NodeId[] = [];
  for (let at = first, rest = size; rest > 0; ) {
    const leaves = powerAtMost(rest);
    subtrees.push({ level: Math.log2(leaves), index: at / leaves });
    at += leaves;
    rest -= leaves;
  }
  return subtrees;
}
