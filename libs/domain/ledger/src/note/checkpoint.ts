import { invariant, ok, refuse, type Result } from '@assent/kernel';
import { HASH_BYTES, type Hash, hashFromBase64, hashToBase64 } from '../tree/hash';
import { isSize } from '../tree/position';
import { openNote, signNote } from './signed-note';
import { isKeyName, type NoteSigner, type VerifierKey } from './verifier-key';

/** A tree head: all leaves of a log up to a size, in one hash (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** The log's identity: for example `ledger.example/assent`. */
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

export type CheckpointRefusal = 'NOTE_MALFORMED' | 'NOTE_UNSIGNED' | 'SIGNATURE_INVALID' | 'CHECKPOINT_MALFORMED' | 'ORIGIN_WRONG';

/** The text that is signed: origin, size and root, one a line. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  invariant(isKeyName(origin) && isSize(size) && root.length === HASH_BYTES, 'a checkpoint has an origin, a size and a root');
  return `${origin}\n${size}\n${hashToBase64(root)}\n`;
}

export const signCheckpoint = (checkpoint: Checkpoint, signer: NoteSigner): string => signNote(checkpointText(checkpoint), [signer]);

/** Reads a checkpoint's text. Extension lines are allowed by the format and mean nothing here. */
export function parseCheckpoint(text: string): Result<Checkpoint, 'CHECKPOINT_MALFORMED'> {
  if (!text.endsWith('\n')) return refuse('CHECKPOINT_MALFORMED');
  const [origin, size, root, ...extensions] = text.slice(0, -1).split('\n');
  if (origin === undefined || origin === '' || size === undefined || root === undefined || extensions.includes('')) return refuse('CHECKPOINT_MALFORMED');
  const hash = hashFromBase64(root);
  if (!/^(0|[1-9]\d{0,15})$/.test(size) || !isSize(Number(size)) || hash === null) return refuse('CHECKPOINT_MALFORMED');
  return ok({ origin, size: Number(size), root: hash });
}

/** The checkpoint of a note, once this log's key has signed it and it speaks of this log. */
export function openCheckpoint(note: string, key: VerifierKey, origin: string = key.name): Result<Checkpoint, CheckpointRefusal> {
  const opened = openNote(note, [key]);
  if (!opened.ok) return opened;
  const parsed = parseCheckpoint(opened.value.text);
  if (!parsed.ok) return parsed;
  return parsed.value.origin === origin ? parsed : refuse('ORIGIN_WRONG');
}
