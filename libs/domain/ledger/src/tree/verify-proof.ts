import { EMPTY_ROOT, type Hash, nodeHash } from './hash';
import { isOdd, isSize, parentOf } from './position';

/** That a leaf stands at `index` in the tree of the first `size` leaves. */
export interface InclusionProof {
  readonly index: number;
  readonly size: number;
  readonly hashes: readonly Hash[];
}

/** That the tree of the first `from` leaves is the beginning of the tree of the first `to`. */
export interface ConsistencyProof {
  readonly from: number;
  readonly to: number;
  readonly hashes: readonly Hash[];
}

/** The root that an inclusion proof leads to from this leaf, or null where the proof has not the right length (RFC 9162 section 2.1.3.2). */
export function rootFromInclusion({ index, size, hashes }: InclusionProof, leaf: Hash): Hash | null {
  if (!isSize(index) || !isSize(size) || index >= size) return null;
  let at = index;
  let last = size - 1;
  let root = leaf;
  for (const hash of hashes) {
    if (last === 0) return null;
    if (isOdd(at) || at === last) {
      root = nodeHash(hash, root);
      // A right-hand edge without sibling moves up to where it has one.
      while (!isOdd(at) && at !== 0) {
        at = parentOf(at);
        last = parentOf(last);
      }
    } else {
      root = nodeHash(root, hash);
    }
    at = parentOf(at);
    last = parentOf(last);
  }
  return last === 0 ? root : null;
}

/** Whether the proof leads from this leaf to exactly this root. */
export const verifyInclusion = (proof: InclusionProof, leaf: Hash, root: Hash): boolean => rootFromInclusion(proof, leaf) === root;

/** Whether the tree with the new root begins with the tree with the old root (RFC 9162 section 2.1.4.2). Never true on a malformed proof. */
export function verifyConsistency({ from, to, hashes }: ConsistencyProof, oldRoot: Hash, newRoot: Hash): boolean {
  if (!isSize(from) || !isSize(to) || from > to) return false;
  // Every tree begins with the empty one, whose root everybody knows.
  if (from === 0) return hashes.length === 0 && oldRoot === EMPTY_ROOT && (to > 0 || newRoot === EMPTY_ROOT);
  if (from === to) return hashes.length === 0 && oldRoot === newRoot;
  const roots = rootsFromConsistency(from, to, hashes, oldRoot);
  return roots !== null && roots.older === oldRoot && roots.newer === newRoot;
}

function rootsFromConsistency(from: number, to: number, hashes: readonly Hash[], oldRoot: Hash): { older: Hash; newer: Hash } | null {
  let at = from - 1;
  let last = to - 1;
  while (isOdd(at)) {
    at = parentOf(at);
    last = parentOf(last);
  }
  // Where the old size is a power of two its root is the first hash, and the proof leaves it out.
  const isPower = at === 0;
  const [first, ...rest] = isPower ? [oldRoot, ...hashes] : hashes;
  if (first === undefined) return null;
  let older = first;
  let newer = first;
  for (const hash of rest) {
    if (last === 0) return null;
    if (isOdd(at) || at === last) {
      older = nodeHash(hash, older);
      newer = nodeHash(hash, newer);
      while (!isOdd(at) && at !== 0) {
        at = parentOf(at);
        last = parentOf(last);
      }
    } else {
      newer = nodeHash(newer, hash);
    }
    at = parentOf(at);
    last = parentOf(last);
  }
  return last === 0 ? { older, newer } : null;
}
