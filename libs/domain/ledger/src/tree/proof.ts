import { invariant, ok, refuse, type Result } from '@assent/kernel';
import { joinPeaks } from './frontier';
import type { Hash } from './hash';
import { isSize, type NodeId, placeOf, powerAtMost, splitOf, subtreesOf } from './position';

/**
 * What a proof is made of, before any hash is read: each element is the root over neighbouring complete subtrees.
 * A caller asks `placesOf` where the nodes are stored, reads them in one query, and calls `assembleProof`.
 */
export type ProofPlan = readonly (readonly NodeId[])[];

/** Inclusion of the leaf `index` in the tree of the first `size` leaves, lowest sibling first (RFC 9162 section 2.1.3.1). */
export function planInclusion(index: number, size: number): ProofPlan {
  invariant(isSize(index) && isSize(size) && index < size, 'only a leaf of the tree has an inclusion proof');
  const plan: NodeId[][] = [];
  let first = 0;
  let leaves = size;
  while (leaves > 1) {
    const left = splitOf(leaves);
    if (index < first + left) {
      plan.push(subtreesOf(first + left, leaves - left));
      leaves = left;
    } else {
      plan.push(subtreesOf(first, left));
      first += left;
      leaves -= left;
    }
  }
  return plan.reverse();
}

/**
 * Consistency of the tree of the first `from` leaves with that of the first `to` (RFC 9162 section 2.1.4.1). Empty where they are the
 * same, and from 0, since every tree begins with the empty one.
 */
export function planConsistency(from: number, to: number): ProofPlan {
  invariant(isSize(from) && isSize(to) && from <= to, 'a tree is consistent only with later ones');
  if (from === 0 || from === to) return [];
  const plan: NodeId[][] = [];
  let first = 0;
  let leaves = to;
  let rest = from;
  let isWholeOldTree = true;
  while (rest !== leaves) {
    const left = splitOf(leaves);
    if (rest <= left) {
      plan.push(subtreesOf(first + left, leaves - left));
      leaves = left;
    } else {
      plan.push(subtreesOf(first, left));
      first += left;
      leaves -= left;
      rest -= left;
      isWholeOldTree = false;
    }
  }
  // Where the old tree is a subtree of the new one, its root is the verifier's own and is left out.
  if (!isWholeOldTree) plan.push(subtreesOf(first, leaves));
  return plan.reverse();
}

/** The root of the first `size` leaves, as a plan of one element. */
export const planRoot = (size: number): ProofPlan => [subtreesOf(0, size)];

/** The places of all nodes that these plans need: distinct, and about two for each doubling of the size at most. */
export function placesOf(...plans: readonly ProofPlan[]): number[] {
  const places = new Set<number>();
  for (const plan of plans) for (const element of plan) for (const node of element) places.add(placeOf(node));
  return [...places];
}

/** The hashes of a proof, out of stored nodes by their places. Refused where one is missing: the stored tree is damaged, and no proof can be given. */
export function assembleProof(plan: ProofPlan, stored: ReadonlyMap<number, Hash>): Result<Hash[], 'NODE_MISSING'> {
  const proof: Hash[] = [];
  for (const element of plan) {
    const hashes: Hash[] = [];
    for (const node of element) {
      const hash = stored.get(placeOf(node));
      if (hash === undefined) return refuse('NODE_MISSING');
      hashes.push(hash);
    }
    proof.push(joinPeaks(hashes));
  }
  return ok(proof);
}

/** The most hashes that an inclusion proof in a tree of this size can have: ceil(log2 size). A consistency proof may have one more. */
export const proofLengthMax = (size: number): number => (size <= 1 ? 0 : Math.log2(powerAtMost(size - 1)) + 1);
