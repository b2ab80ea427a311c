import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { type Checkpoint, type CheckpointRefusal, openCheckpoint, type VerifierKey } from '@assent/domain-ledger';
import { ok, type Result } from '@assent/kernel';

/** The checkpoint that was verified last time, as its signed note in a file; null where there is no file yet. */
export async function readKnownCheckpoint(file: string, key: VerifierKey): Promise<Result<Checkpoint | null, CheckpointRefusal>> {
  let note: string;
  try {
    note = await readFile(file, 'utf8');
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return ok(null);
    throw error;
  }
  return openCheckpoint(note, key);
}

/** Replaces the file in one step: half a note would make the next run believe in tampering. */
export async function writeKnownCheckpoint(file: string, note: string): Promise<void> {
  const temporary = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(temporary, note, { mode: 0o644, flag: 'wx' });
  await rename(temporary, file);
}
