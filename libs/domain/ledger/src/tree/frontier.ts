import { invariant } from '@assent/kernel';
import { EMPTY_ROOT, HASH_BYTES, type Hash, hashFromBytes, nodeHash } from './hash';
import { isOdd, isSize, nodesOf, subtreesOf } from './position';

/**
 * All that a writer must know of a log: its size and the roots of the complete subtrees that make it up, largest first
 * (one for each 1 in the size's binary form, so 24 hashes at ten million leaves). A restart reads this, never the log.
 */
export interface Frontier {
  readonly size: number;
  readonly peaks: readonly Hash[];
}

export const EMPTY_FRONTIER: Frontier = { size: 0, peaks: [] };

export interface Appended {
  readonly frontier: Frontier;
  /** The place of the first of them (`placeOf`). */
  readonly firstNode: number;
  /** Every node that came to be, in order: each leaf, and after it the inner nodes that it completed. Each is written once and never changes. */
  readonly nodes: readonly Hash[];
}

/** Appends leaves at the end. Each costs two hashes on average, whatever the size. */
export function appendLeaves(frontier: Frontier, leaves: readonly Hash[]): Appended {
  const peaks = [...frontier.peaks];
  let size = frontier.size;
  invariant(isSize(size + leaves.length), 'a log has at most 2^52 leaves');
  const nodes: Hash[] = [];
  for (const leaf of leaves) {
    let top = leaf;
    nodes.push(leaf);
    for (let rest = size; isOdd(rest); rest = (rest - 1) / 2) {
      top = nodeHash(peaks.pop() ?? missingPeak(), top);
      nodes.push(top);
    }
    peaks.push(top);
    size += 1;
  }
  return { frontier: { size, peaks }, firstNode: nodesOf(frontier.size), nodes };
}

function missingPeak(): never {
  throw new Error('invariant broken: the frontier has a peak for each 1 of its size');
}

/** Root hash of the whole log (RFC 9162 section 2.1.1). */
export const rootOf = ({ peaks }: Frontier): Hash => joinPeaks(peaks);

/** The root over neighbouring subtrees, largest first: the right-hand ones are joined first. */
export function joinPeaks(peaks: readonly Hash[]): Hash {
  return peaks.reduceRight<Hash | null>((root, peak) => (root === null ? peak : nodeHash(peak, root)), null) ?? EMPTY_ROOT;
}

/** Hashes as bytes, one after the other. */
export const hashesToBytes = (hashes: readonly Hash[]): Buffer => Buffer.from(hashes.join(''), 'latin1');

export const frontierToBytes = ({ peaks }: Frontier): Buffer => hashesToBytes(peaks);

/** @throws where the bytes do not fit the size: a stored frontier that does is the only one to go on from. */
export function frontierFromBytes(size: number, bytes: Uint8Array): Frontier {
  invariant(isSize(size), 'a size is a whole number');
  const count = subtreesOf(0, size).length;
  invariant(bytes.length === count * HASH_BYTES, 'a frontier has one hash for each 1 of its size');
  const peaks = Array.from({ length: count }, (_, i) => hashFromBytes(bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)));
  return { size, peaks };
}
