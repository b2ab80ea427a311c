import { Inject, Injectable } from '@nestjs/common';
import type { AuditCheckpointV1 } from '@assent/contracts';
import {
  assembleProof,
  type Checkpoint,
  type Frontier,
  frontierFromBytes,
  type Hash,
  hashFromBytes,
  hashToBase64,
  hashToBytes,
  openCheckpoint,
  placesOf,
  planConsistency,
  rootOf,
  signCheckpoint,
  verifyConsistency,
} from '@assent/domain-ledger';
import { Database, type Sql, type Tx } from '@assent/postgres';
import { LogIdentity } from '../log-identity';
import { readNodes } from '../storage/read-nodes';

export type Signing =
  | { readonly kind: 'signed' | 'unchanged'; readonly size: number }
  /** Another replica is signing at this moment. */
  | { readonly kind: 'busy' };

/**
 * The stored log does not continue what was signed before. A log must never sign two heads that contradict each other (C2SP tlog-checkpoint), so nothing is
 * signed until somebody has looked; leaves go on being appended.
 */
export class LogInconsistent extends Error {
  override readonly name = 'LogInconsistent';

  constructor(readonly reason: Inconsistency) {
    super(`the log contradicts what was signed: ${reason}`);
  }
}

export type Inconsistency =
  | 'CHECKPOINT_GONE'
  | 'CHECKPOINT_REPLACED'
  /** The last stored checkpoint is not one that this key signed. */
  | 'CHECKPOINT_FORGED'
  | 'HEAD_GONE'
  /** The head's root is not that of its frontier. */
  | 'HEAD_CONTRADICTS_ITSELF'
  | 'LOG_SHORTER'
  /** No consistency proof leads from the last checkpoint to the head. */
  | 'LOG_NOT_CONTINUED';

/** "assent ckpt" as a number: one signer at a time in one database. */
const SIGNER_LOCK = 0x636b7074;

/** Signs the log's head and keeps the checkpoint, if the log has grown since the last one and really continues it. */
@Injectable()
export class CheckpointSigning {
  /** What this process has signed or seen signed: a database that was rolled back behind it is noticed without a witness. */
  private known: Checkpoint | null = null;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(LogIdentity) private readonly identity: LogIdentity,
  ) {}

  /** @throws LogInconsistent */
  async signIfGrown(): Promise<Signing> {
    const signing = await this.database.transaction((tx) => this.sign(tx), 'checkpoint');
    if (signing.checkpoint !== null) this.known = signing.checkpoint;
    return signing.answer;
  }

  private async sign(tx: Tx): Promise<{ answer: Signing; checkpoint: Checkpoint | null }> {
    const { rows } = await tx.query<{ taken: boolean }>(`select pg_try_advisory_xact_lock(${SIGNER_LOCK}) as taken`);
    if (rows[0]?.taken !== true) return { answer: { kind: 'busy' }, checkpoint: null };
    // Read after the lock was got: whoever held it before has committed, and heads only grow.
    const last = await this.lastCheckpoint(tx);
    const head = await readHead(tx);
    if (last !== null) await this.mustContinue(tx, last, head);
    if (last?.size === head.size) return { answer: { kind: 'unchanged', size: head.size }, checkpoint: last };
    const checkpoint: Checkpoint = { origin: this.identity.origin, size: head.size, root: rootOf(head) };
    const note = signCheckpoint(checkpoint, this.identity.signer);
    await tx.query('insert into checkpoint (size, root_hash, note) values ($1, $2, $3)', [checkpoint.size, hashToBytes(checkpoint.root), note]);
    this.publish(tx, checkpoint, note);
    return { answer: { kind: 'signed', size: checkpoint.size }, checkpoint };
  }

  /** The last checkpoint that was signed, as its note says and not as the columns beside it say. */
  private async lastCheckpoint(sql: Sql): Promise<Checkpoint | null> {
    const { rows } = await sql.query<{ size: string; root_hash: Buffer; note: string }>('select size, root_hash, note from checkpoint order by size desc limit 1');
    const [row] = rows;
    if (row === undefined) {
      if (this.known !== null) throw new LogInconsistent('CHECKPOINT_GONE');
      return null;
    }
    const opened = openCheckpoint(row.note, this.identity.signer.verifier);
    if (!opened.ok || opened.value.size !== Number(row.size) || opened.value.root !== hashFromBytes(row.root_hash)) {
      throw new LogInconsistent('CHECKPOINT_FORGED');
    }
    if (this.known !== null && opened.value.size < this.known.size) throw new LogInconsistent('CHECKPOINT_GONE');
    return opened.value;
  }

  private async mustContinue(sql: Sql, last: Checkpoint, head: Frontier): Promise<void> {
    const root = rootOf(head);
    if (head.size < last.size) throw new LogInconsistent('LOG_SHORTER');
    const plan = planConsistency(last.size, head.size);
    const proof = assembleProof(plan, await readNodes(sql, placesOf(plan)));
    if (!proof.ok || !verifyConsistency({ from: last.size, to: head.size, hashes: proof.value }, last.root, root)) {
      throw new LogInconsistent('LOG_NOT_CONTINUED');
    }
    if (this.known?.size === last.size && this.known.root !== last.root) throw new LogInconsistent('CHECKPOINT_REPLACED');
  }

  private publish(tx: Tx, { size, root }: Checkpoint, note: string): void {
    const body = { logId: this.identity.logId, size, rootHash: hashToBase64(root), note } satisfies AuditCheckpointV1;
    const event = { type: 'audit.checkpoint.v1', key: this.identity.logId, gatewayId: null, subject: null, body, causationId: null } as const;
    tx.publish({ ...event, sequence: size, traceparent: null });
  }
}

async function readHead(sql: Sql): Promise<Frontier> {
  const { rows } = await sql.query<{ size: string; frontier: Buffer; root_hash: Buffer }>('select size, frontier, root_hash from log_head');
  const [row] = rows;
  if (row === undefined) throw new LogInconsistent('HEAD_GONE');
  const frontier = frontierFromBytes(Number(row.size), row.frontier);
  const stated: Hash = hashFromBytes(row.root_hash);
  if (rootOf(frontier) !== stated) throw new LogInconsistent('HEAD_CONTRADICTS_ITSELF');
  return frontier;
}
