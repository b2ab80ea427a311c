import { type Checkpoint, openCheckpoint } from '../note/checkpoint';
import type { VerifierKey } from '../note/verifier-key';
import { verifyConsistency } from '../tree/verify-proof';
import type { LogSource } from './log-source';
import type { OwnTree } from './own-tree';

/** Checkpoints that are looked at, at most: far more than halving needs. */
const PROBES_MAX = 200;

interface Search {
  readonly source: LogSource;
  readonly log: string;
  readonly key: VerifierKey;
  readonly own: OwnTree;
}

/**
 * Where the given leaves leave what was signed: everything before the index is proven good, and the first bad entry is that one or, where the tree itself was
 * changed as well, one shortly after. `failing` is a checkpoint whose root is not that of the given leaves.
 *
 * First earlier checkpoints, whose signatures nobody but the log could make; then, between two of them, consistency proofs.
 */
export async function findFirstBadEntry(search: Search, failing: Checkpoint): Promise<number> {
  const { good, bad } = await betweenCheckpoints(search, failing);
  return firstUnproven(search, good, bad);
}

async function betweenCheckpoints(search: Search, failing: Checkpoint): Promise<{ good: number; bad: Checkpoint }> {
  let good = 0;
  let bad = failing;
  for (let probe = 0; probe < PROBES_MAX; probe++) {
    const between = await checkpointBetween(search, good, bad.size);
    if (between === null) break;
    if ((await search.own.rootAt(between.size)) === between.root) good = between.size;
    else bad = between;
  }
  return { good, bad };
}

/** A signed checkpoint of more than `low` and less than `high` leaves, about in the middle if there is one there. */
async function checkpointBetween({ source, log, key }: Search, low: number, high: number): Promise<Checkpoint | null> {
  for (let gap = high - low; gap >= 1; gap = Math.floor(gap / 2)) {
    const sizeMax = high - Math.max(1, Math.floor(gap / 2));
    if (sizeMax <= low) return null;
    const note = await source.checkpoint(log, sizeMax);
    const checkpoint = note.ok ? openCheckpoint(note.value, key) : null;
    if (checkpoint?.ok === true && checkpoint.value.size > low && checkpoint.value.size <= sizeMax) return checkpoint.value;
    if (sizeMax === high - 1) return null;
  }
  return null;
}

/** Halves the range: the tree of the first leaves is proven to be the beginning of the signed one, or it is not. */
async function firstUnproven({ source, log, own }: Search, good: number, bad: Checkpoint): Promise<number> {
  let proven = good;
  let unproven = bad.size;
  while (unproven - proven > 1) {
    const middle = proven + Math.floor((unproven - proven) / 2);
    const root = await own.rootAt(middle);
    const proof = await source.consistency(log, middle, bad.size);
    if (root !== null && proof.ok && verifyConsistency(proof.value, root, bad.root)) proven = middle;
    else unproven = middle;
  }
  return proven;
}
