import { Inject, Injectable } from '@nestjs/common';
import {
  commitmentKeyOf,
  type EventHeader,
  eventOfExactBytes,
  type Hash,
  hashToBytes,
  leafHash,
  opensCommitment,
  parseLeaf,
  sealingKeyOf,
  unseal,
} from '@assent/domain-ledger';
import { SubjectKeys } from '../recording/subject-keys';
import { PrismaClient } from './prisma';

/** One leaf of an authentication, and what lies sealed beside it. */
export interface EvidenceItem {
  readonly index: number;
  readonly leaf: string;
  readonly leafHash: Hash;
  readonly recordedAt: string;
  readonly opened: OpenedEvent | SealRefusal;
}

/** The event itself, with what opens the leaf's commitment to it. */
export interface OpenedEvent {
  readonly id: string;
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly EventHeader[];
  readonly exactBytes: Buffer;
  readonly commitmentKey: Buffer;
}

/**
 * `DROPPED`: past its retention. `ERASED`: its subject's secret was destroyed. `DAMAGED`: what is stored does not open, or is not what the leaf commits to.
 */
export type SealRefusal = 'DROPPED' | 'ERASED' | 'DAMAGED';

/** Most leaves in one answer. An ordinary authentication has about ten. */
export const EVIDENCE_MAX = 200;

/** Finds everything that was recorded of an authentication, and opens it. */
@Injectable()
export class EvidenceReader {
  constructor(
    @Inject(PrismaClient) private readonly prisma: PrismaClient,
    @Inject(SubjectKeys) private readonly keys: SubjectKeys,
  ) {}

  /**
   * The leaves of an authentication of this gateway from index `from` on, ascending, at most `EVIDENCE_MAX`. Webhooks name only a vendor session, so those of the
   * sessions that belong to the authentication are found through them.
   */
  async of(gateway: string, authentication: string, from: number): Promise<EvidenceItem[]> {
    const own = { gateway, authentication };
    const sessions = await this.prisma.leaf.findMany({
      where: { ...own, vendorSession: { not: null } },
      select: { vendorSession: true },
      distinct: ['vendorSession'],
      take: EVIDENCE_MAX,
    });
    const ids = sessions.flatMap(({ vendorSession }) => (vendorSession === null ? [] : [vendorSession]));
    const webhooks = { vendorSession: { in: ids }, authentication: null };
    const leaves = await this.prisma.leaf.findMany({
      where: { leafIndex: { gte: BigInt(from) }, OR: ids.length === 0 ? [own] : [own, webhooks] },
      orderBy: { leafIndex: 'asc' },
      take: EVIDENCE_MAX,
    });
    const sealed = await this.prisma.sealedEvent.findMany({ where: { OR: leaves.map(({ leafIndex, recordedAt }) => ({ leafIndex, recordedAt })) } });
    const wrapped = await this.prisma.subjectKey.findMany({ where: { id: { in: sealed.map(({ subjectKeyId }) => subjectKeyId) } } });
    const sealedOf = new Map(sealed.map((row) => [row.leafIndex, row]));
    const keyOf = new Map(wrapped.map((row) => [row.id, row]));
    return leaves.map(({ leafIndex, leaf, recordedAt }) => {
      const row = sealedOf.get(leafIndex);
      const opened = row === undefined ? 'DROPPED' : this.open(leaf, row.sealed, keyOf.get(row.subjectKeyId));
      return { index: Number(leafIndex), leaf, leafHash: leafHash(leaf), recordedAt: recordedAt.toISOString(), opened };
    });
  }

  private open(leafText: string, sealed: Uint8Array, key: { holder: string; wrapped: Uint8Array } | undefined): OpenedEvent | SealRefusal {
    if (key === undefined) return 'ERASED';
    const secret = this.keys.tryUnwrap(key);
    const leaf = parseLeaf(leafText);
    if (secret === null || !leaf.ok) return 'DAMAGED';
    const bytes = unseal(Buffer.from(sealed), sealingKeyOf(secret), hashToBytes(leafHash(leafText)));
    if (!bytes.ok) return 'DAMAGED';
    const event = eventOfExactBytes(bytes.value);
    if (!event.ok) return 'DAMAGED';
    const id = event.value.headers.find(([name]) => name === 'ce_id')?.[1].toString('utf8') ?? '';
    const commitmentKey = commitmentKeyOf(secret, leaf.value.source, id);
    // What is handed out as evidence is only what the leaf commits to.
    if (!opensCommitment(leaf.value.commitment, commitmentKey, bytes.value)) return 'DAMAGED';
    return { ...event.value, id, exactBytes: bytes.value, commitmentKey };
  }
}
