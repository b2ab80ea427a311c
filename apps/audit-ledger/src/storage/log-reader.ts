import { Inject, Injectable } from '@nestjs/common';
import {
  assembleProof,
  type ConsistencyProof,
  type Hash,
  hashFromBytes,
  hashToBase64,
  type InclusionProof,
  placeOfLeaf,
  placesOf,
  planConsistency,
  planInclusion,
} from '@assent/domain-ledger';
import { ok, refuse, type Result } from '@assent/kernel';
import { Database } from '@assent/postgres';
import { LogIdentity } from '../log-identity';
import { PrismaClient } from './prisma';
import { readNodes } from './read-nodes';

export interface StoredCheckpoint {
  readonly size: number;
  readonly root: Hash;
  readonly note: string;
}

/** An entry, as `audit.entry` says it. */
export interface LogEntry {
  readonly logId: string;
  readonly index: number;
  readonly leafHash: string;
  readonly leaf: string;
  readonly recordedAt: string;
}

export interface ProvenLeaf {
  readonly leafHash: Hash;
  readonly proof: InclusionProof;
}

/** `BEYOND_LOG`: the log has not grown so far. `LOG_DAMAGED`: what must be stored is not: an operator's case. */
export type ProofRefusal = 'BEYOND_LOG' | 'LOG_DAMAGED';

const ENTRIES = 'select leaf_index, leaf, recorded_at from leaf where leaf_index >= $1 and leaf_index < $2 order by leaf_index';

type LeafRow = { leaf_index: string; leaf: string; recorded_at: Date };

/** Reads the log for the HTTP side: bounded, by primary key, and telling what is stored, right or wrong: judging is the verifier's. */
@Injectable()
export class LogReader {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(PrismaClient) private readonly prisma: PrismaClient,
    @Inject(LogIdentity) private readonly identity: LogIdentity,
  ) {}

  async size(): Promise<number> {
    const head = await this.prisma.logHead.findFirst({ select: { size: true } });
    return Number(head?.size ?? 0n);
  }

  /** The last checkpoint, or the last of at most this size; null where there is none. */
  async checkpoint(sizeMax: number = Number.MAX_SAFE_INTEGER): Promise<StoredCheckpoint | null> {
    const row = await this.prisma.checkpoint.findFirst({ where: { size: { lte: BigInt(sizeMax) } }, orderBy: { size: 'desc' } });
    return row === null ? null : { size: Number(row.size), root: hashFromBytes(row.rootHash), note: row.note };
  }

  async entry(index: number): Promise<LogEntry | null> {
    const [entry] = await this.entries(index, index + 1);
    return entry ?? null;
  }

  /**
   * Entries `[from, to)`, ascending; the caller bounds how many. A missing leaf is left out, so that its index can be seen. The hash is the one that stands in the
   * tree, not one made from the leaf: where the two disagree, the leaf was changed.
   */
  async entries(from: number, to: number): Promise<LogEntry[]> {
    const { rows } = await this.database.query<LeafRow>(ENTRIES, [from, to]);
    const hashes = await readNodes(this.database, rows.map(({ leaf_index }) => placeOfLeaf(Number(leaf_index))));
    return rows.map(({ leaf_index, leaf, recorded_at }) => {
      const index = Number(leaf_index);
      const hash = hashes.get(placeOfLeaf(index));
      return { logId: this.identity.logId, index, leafHash: hash === undefined ? '' : hashToBase64(hash), leaf, recordedAt: recorded_at.toISOString() };
    });
  }

  async inclusion(index: number, size: number): Promise<Result<ProvenLeaf, ProofRefusal>> {
    const proven = await this.inclusions([index], size);
    if (!proven.ok) return proven;
    const [first] = proven.value;
    return first === undefined ? refuse('LOG_DAMAGED') : ok(first);
  }

  /** Proofs of several leaves in the tree of one size, out of one query. Every index is below `size`. */
  async inclusions(indexes: readonly number[], size: number): Promise<Result<ProvenLeaf[], ProofRefusal>> {
    if (size > (await this.size())) return refuse('BEYOND_LOG');
    const plans = indexes.map((index) => ({ index, plan: planInclusion(index, size) }));
    const nodes = await readNodes(this.database, [...new Set([...placesOf(...plans.map(({ plan }) => plan)), ...indexes.map(placeOfLeaf)])]);
    const proven: ProvenLeaf[] = [];
    for (const { index, plan } of plans) {
      const leafHash = nodes.get(placeOfLeaf(index));
      const proof = assembleProof(plan, nodes);
      if (!proof.ok || leafHash === undefined) return refuse('LOG_DAMAGED');
      proven.push({ leafHash, proof: { index, size, hashes: proof.value } });
    }
    return ok(proven);
  }

  async consistency(from: number, to: number): Promise<Result<ConsistencyProof, ProofRefusal>> {
    if (to > (await this.size())) return refuse('BEYOND_LOG');
    const plan = planConsistency(from, to);
    const proof = assembleProof(plan, await readNodes(this.database, placesOf(plan)));
    return proof.ok ? ok({ from, to, hashes: proof.value }) : refuse('LOG_DAMAGED');
  }
}
