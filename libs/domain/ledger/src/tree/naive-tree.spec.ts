import { createHash } from 'node:crypto';

/**
 * The tree of RFC 9162 section 2.1 written as the RFC writes it: recursive, over Buffers, with nothing stored. Slow and hard to get wrong; shares no
 * code with what it is held against.
 */
const sha256 = (...parts: readonly (string | Buffer)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const split = (size: number): number => {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
};

export const naiveLeaf = (text: string): Buffer => sha256(Buffer.of(0), text);

/** MTH(D_n) over leaf hashes. */
export function naiveRoot(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return only;
  const k = split(leaves.length);
  return sha256(Buffer.of(1), naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

/** PATH(m, D_n). */
export function naiveInclusion(index: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length <= 1) return [];
  const k = split(leaves.length);
  return index < k
    ? [...naiveInclusion(index, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naiveInclusion(index - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))];
}

/** PROOF(m, D_n) = SUBPROOF(m, D_n, true). */
export const naiveConsistency = (from: number, leaves: readonly Buffer[]): Buffer[] => subproof(from, leaves, true);

function subproof(from: number, leaves: readonly Buffer[], isWhole: boolean): Buffer[] {
  if (from === leaves.length) return isWhole ? [] : [naiveRoot(leaves)];
  const k = split(leaves.length);
  return from <= k
    ? [...subproof(from, leaves.slice(0, k), isWhole), naiveRoot(leaves.slice(k))]
    : [...subproof(from - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))];
}
