import { setTimeout as delay } from 'node:timers/promises';
import { type Hash, hashFromBase64, hashToBase64, leafHash, openCheckpoint, parseVerifierKey, verifyInclusion } from '@assent/domain-ledger';
import { z } from 'zod';

/** That one entry is in the log that a signed checkpoint sums up, recomputed here from the entry's own text. */
export interface LedgerProof {
  readonly logId: string;
  readonly index: number;
  readonly size: number;
  readonly leafHash: string;
  readonly rootHash: string;
  readonly hashes: readonly string[];
  readonly verified: boolean;
}

const CHECKPOINT_WITHIN_MS = 30_000;
const logSchema = z.object({ logId: z.string(), verifierKey: z.string() });
const inclusionSchema = z.object({ index: z.number().int(), size: z.number().int(), hashes: z.array(z.string()) });

/** Waits for a checkpoint that covers the entry, then checks signature and inclusion with nothing but public answers. */
export async function proveEntry(ledgerUrl: string, entry: { readonly logId: string; readonly index: number; readonly leaf: string }): Promise<LedgerProof> {
  const logs = z.array(logSchema).parse(await getJson(`${ledgerUrl}/v1/logs`));
  const log = logs.find(({ logId }) => logId === entry.logId);
  if (log === undefined) throw new Error(`the ledger knows no log ${entry.logId}`);
  const key = parseVerifierKey(log.verifierKey);
  if (!key.ok) throw new Error(`the log's key cannot be read: ${key.error}`);
  const base = `${ledgerUrl}/v1/logs/${log.logId}`;
  const { size, root } = await coveringCheckpoint(base, entry.index, (note) => openCheckpoint(note, key.value));
  const { hashes } = inclusionSchema.parse(await getJson(`${base}/proofs/inclusion?index=${entry.index}&size=${size}`));
  const path = hashes.map(hashFromBase64);
  const leaf = leafHash(entry.leaf);
  const verified = path.every((hash): hash is Hash => hash !== null) && verifyInclusion({ index: entry.index, size, hashes: path }, leaf, root);
  return { logId: log.logId, index: entry.index, size, leafHash: hashToBase64(leaf), rootHash: hashToBase64(root), hashes, verified };
}

async function coveringCheckpoint(base: string, index: number, open: (note: string) => ReturnType<typeof openCheckpoint>): Promise<{ size: number; root: Hash }> {
  for (const deadline = Date.now() + CHECKPOINT_WITHIN_MS; ; ) {
    const answer = await fetch(`${base}/checkpoint`);
    const note = await answer.text();
    if (answer.ok) {
      const checkpoint = open(note);
      if (!checkpoint.ok) throw new Error(`the checkpoint is not to be trusted: ${checkpoint.error}`);
      if (checkpoint.value.size > index) return checkpoint.value;
    }
    if (Date.now() > deadline) throw new Error(`no checkpoint covered entry ${index} within ${CHECKPOINT_WITHIN_MS / 1000} s`);
    await delay(25);
  }
}

async function getJson(url: string): Promise<unknown> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`GET ${new URL(url).pathname} was answered ${answer.status}`);
  return answer.json();
}
