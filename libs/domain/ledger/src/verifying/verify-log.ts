import { ok, refuse, type Result } from '@assent/kernel';
import { parseLeaf } from '../leaf/leaf';
import { type Checkpoint, openCheckpoint } from '../note/checkpoint';
import type { VerifierKey } from '../note/verifier-key';
import { leafHash } from '../tree/hash';
import { verifyConsistency, verifyInclusion } from '../tree/verify-proof';
import { findFirstBadEntry } from './find-first-bad-entry';
import type { LogSource, SourceEntry } from './log-source';
import { OwnTree } from './own-tree';

export interface VerifyOptions {
  readonly source: LogSource;
  readonly log: string;
  readonly key: VerifierKey;
  /** A checkpoint that was verified earlier: the log must continue it. */
  readonly known: Checkpoint | null;
  /** How many entries are also proven one by one. */
  readonly samples: number;
  /** Picks a whole number from 0 to below `bound`. */
  readonly pick: (bound: number) => number;
  readonly progress: (done: number, total: number) => void;
}

export interface VerifiedLog {
  readonly checkpoint: Checkpoint;
  readonly note: string;
  readonly proofs: number;
  /** Size of the known checkpoint that the log was shown to continue. */
  readonly continues: number | null;
}

/**
 * What is wrong, first thing first. `index` names the first bad entry where there is one; with `ROOT_DIFFERS` everything before it is proven good, and it or an
 * entry shortly after is the first bad one.
 */
export type Finding =
  | { readonly code: 'CHECKPOINT_REFUSED'; readonly reason: string }
  | { readonly code: 'LOG_SHORTER'; readonly index: number; readonly size: number; readonly known: number }
  | { readonly code: 'LOG_REWRITTEN'; readonly known: number }
  | { readonly code: 'ENTRY_MISSING' | 'ENTRY_MALFORMED' | 'ENTRY_CHANGED' | 'ROOT_DIFFERS' | 'PROOF_REFUSED'; readonly index: number };

const PAGE = 1000;
/** Pages asked for ahead, so that hashing does not wait for the network. */
const AHEAD = 2;

/** Checks a whole log with nothing but its public answers and its key: signature, every leaf, the root, the earlier checkpoint, and some proofs. */
export async function verifyLog(options: VerifyOptions): Promise<Result<VerifiedLog, Finding>> {
  const { source, log, key, known } = options;
  const note = await source.checkpoint(log);
  if (!note.ok) return refuse({ code: 'CHECKPOINT_REFUSED', reason: note.error.code });
  const opened = openCheckpoint(note.value, key);
  if (!opened.ok) return refuse({ code: 'CHECKPOINT_REFUSED', reason: opened.error });
  const checkpoint = opened.value;
  const own = new OwnTree(source, log);
  const finding =
    shorterThan(known, checkpoint) ??
    (await readAllEntries(options, checkpoint, own)) ??
    (await rootFinding(options, checkpoint, own)) ??
    (await continuityFinding(options, checkpoint)) ??
    (await proofFinding(options, checkpoint));
  if (finding !== null) return refuse(finding);
  return ok({ checkpoint, note: note.value, proofs: Math.min(options.samples, checkpoint.size), continues: known?.size ?? null });
}

function shorterThan(known: Checkpoint | null, { size }: Checkpoint): Finding | null {
  return known !== null && size < known.size ? { code: 'LOG_SHORTER', index: size, size, known: known.size } : null;
}

async function readAllEntries({ source, log, progress }: VerifyOptions, { size }: Checkpoint, own: OwnTree): Promise<Finding | null> {
  const ask = (from: number): ReturnType<LogSource['entries']> => source.entries(log, from, Math.min(from + PAGE, size));
  const asked = new Map<number, ReturnType<LogSource['entries']>>();
  while (own.size < size) {
    for (let ahead = 0; ahead <= AHEAD; ahead++) {
      const from = own.size + ahead * PAGE;
      if (from < size && !asked.has(from)) asked.set(from, muted(ask(from)));
    }
    const from = own.size;
    const page = await (asked.get(from) ?? ask(from));
    asked.delete(from);
    if (!page.ok) return { code: 'ENTRY_MALFORMED', index: from };
    const entries = page.value.slice(0, size - from);
    const finding = entriesFinding(entries, from);
    if (finding !== null) return finding;
    own.append(entries.map(({ leaf }) => leafHash(leaf)));
    progress(own.size, size);
  }
  return null;
}

/** A page that is asked for ahead may fail before anybody waits for it; whoever does wait still gets the failure. */
function muted<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** The first thing wrong with a page that should begin at `from`. An empty page means that the entry is missing. */
function entriesFinding(entries: readonly SourceEntry[], from: number): Finding | null {
  let index = from;
  for (const entry of entries) {
    if (entry.index !== index) return { code: 'ENTRY_MISSING', index };
    if (!parseLeaf(entry.leaf).ok) return { code: 'ENTRY_MALFORMED', index };
    if (leafHash(entry.leaf) !== entry.leafHash) return { code: 'ENTRY_CHANGED', index };
    index += 1;
  }
  return entries.length === 0 ? { code: 'ENTRY_MISSING', index } : null;
}

async function rootFinding({ source, log, key }: VerifyOptions, checkpoint: Checkpoint, own: OwnTree): Promise<Finding | null> {
  if (own.root === checkpoint.root) return null;
  return { code: 'ROOT_DIFFERS', index: await findFirstBadEntry({ source, log, key, own }, checkpoint) };
}

async function continuityFinding({ source, log, known }: VerifyOptions, { size, root }: Checkpoint): Promise<Finding | null> {
  if (known === null) return null;
  const proof = await source.consistency(log, known.size, size);
  return proof.ok && verifyConsistency(proof.value, known.root, root) ? null : { code: 'LOG_REWRITTEN', known: known.size };
}

/** First, last and some in between: that the log not only has the entries but can prove them to others. */
async function proofFinding({ source, log, samples, pick }: VerifyOptions, { size, root }: Checkpoint): Promise<Finding | null> {
  const indexes = new Set(size === 0 || samples === 0 ? [] : [0, size - 1]);
  while (indexes.size < Math.min(samples, size)) indexes.add(pick(size));
  for (const index of indexes) {
    const proof = await source.inclusion(log, index, size);
    if (!proof.ok || !verifyInclusion(proof.value, proof.value.leafHash, root)) return { code: 'PROOF_REFUSED', index };
  }
  return null;
}

/** A finding in words, for a person. */
export function findingInWords(finding: Finding): string {
  switch (finding.code) {
    case 'CHECKPOINT_REFUSED':
      return `the checkpoint cannot be trusted (${finding.reason})`;
    case 'LOG_SHORTER':
      return `the log ends at ${finding.size}, but a checkpoint of ${finding.known} entries was verified before: entries from ${finding.index} on were cut off`;
    case 'LOG_REWRITTEN':
      return `the log does not continue the checkpoint of ${finding.known} entries that was verified before: it was rewritten`;
    case 'ENTRY_MISSING':
      return `entry ${finding.index} is missing`;
    case 'ENTRY_MALFORMED':
      return `entry ${finding.index} is no leaf of this log`;
    case 'ENTRY_CHANGED':
      return `entry ${finding.index} is not what was hashed into the log`;
    case 'ROOT_DIFFERS':
      return `the entries do not give the signed root: all before ${finding.index} are proven good, that one or one shortly after is the first bad one`;
    case 'PROOF_REFUSED':
      return `the log cannot prove entry ${finding.index}`;
  }
}
