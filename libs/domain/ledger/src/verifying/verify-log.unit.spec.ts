import { ok, refuse } from '@assent/kernel';
import fc from 'fast-check';
import { leafText } from '../leaf/leaf';
import { type Checkpoint, signCheckpoint } from '../note/checkpoint';
import { type NoteSigner, noteSigner } from '../note/verifier-key';
import { appendLeaves, EMPTY_FRONTIER, type Frontier, rootOf } from '../tree/frontier';
import { type Hash, leafHash } from '../tree/hash';
import { placeOfLeaf } from '../tree/position';
import { assembleProof, planConsistency, planInclusion, type ProofPlan } from '../tree/proof';
import type { LogSource, SourceEntry } from './log-source';
import { type Finding, findingInWords, verifyLog } from './verify-log';

const signerOf = (fill: number): NoteSigner => {
  const signer = noteSigner('ledger.example/main', Buffer.alloc(32, fill));
  if (!signer.ok) throw new Error(signer.error);
  return signer.value;
};
const signer = signerOf(1);

const leafNumber = (n: number): string =>
  leafText({
    type: 'sca.verdict.v1',
    source: '/services/auth-session',
    id: `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`,
    time: '2026-11-24T10:00:00.000Z',
    gateway: 'demo',
    authentication: null,
    subjectRef: null,
    commitment: Buffer.alloc(32, n).toString('base64'),
  });

/** A log in memory whose keeper can be dishonest in every way: leaves, tree and checkpoints are kept apart, as the ledger keeps them. */
class MemoryLog {
  leaves: (string | null)[] = [];
  nodes: Hash[] = [];
  frontier: Frontier = EMPTY_FRONTIER;
  checkpoints: { checkpoint: Checkpoint; note: string }[] = [];
  /** Largest page that is answered, whatever was asked. */
  page = Number.MAX_SAFE_INTEGER;

  static of(size: number, checkpointEvery = 10): MemoryLog {
    const log = new MemoryLog();
    while (log.frontier.size < size) log.grow(Math.min(checkpointEvery, size - log.frontier.size));
    if (size === 0) log.sign();
    return log;
  }

  grow(count: number, first = this.leaves.length): void {
    const texts = Array.from({ length: count }, (_, i) => leafNumber(first + i));
    const appended = appendLeaves(this.frontier, texts.map(leafHash));
    this.leaves.push(...texts);
    this.nodes.push(...appended.nodes);
    this.frontier = appended.frontier;
    this.sign();
  }

  sign(by = signer): void {
    const checkpoint = { origin: 'ledger.example/main', size: this.frontier.size, root: rootOf(this.frontier) };
    this.checkpoints.push({ checkpoint, note: signCheckpoint(checkpoint, by) });
  }

  get last(): Checkpoint {
    return this.checkpoints.at(-1)!.checkpoint;
  }

  source(): LogSource {
    const prove = (plan: ProofPlan) => assembleProof(plan, new Map(this.nodes.entries()));
    return {
      logs: () => Promise.resolve([]),
      checkpoint: (_, sizeMax = Number.MAX_SAFE_INTEGER) => {
        const found = this.checkpoints.findLast(({ checkpoint }) => checkpoint.size <= sizeMax);
        return Promise.resolve(found === undefined ? refuse({ code: 'CHECKPOINT_NOT_FOUND' }) : ok(found.note));
      },
      entries: (_, from, to) =>
        Promise.resolve(
          ok(
            this.leaves.slice(from, Math.min(to, from + this.page)).flatMap((leaf, i): SourceEntry[] => (leaf === null ? [] : [{ index: from + i, leaf, leafHash: this.nodes[placeOfLeaf(from + i)] ?? null }])),
          ),
        ),
      inclusion: (_, index, size) => {
        const proof = prove(planInclusion(index, size));
        return Promise.resolve(proof.ok ? ok({ index, size, hashes: proof.value, leafHash: this.nodes[placeOfLeaf(index)]! }) : refuse({ code: 'LOG_DAMAGED' }));
      },
      consistency: (_, from, to) => {
        const proof = prove(planConsistency(from, to));
        return Promise.resolve(proof.ok ? ok({ from, to, hashes: proof.value }) : refuse({ code: 'LOG_DAMAGED' }));
      },
    };
  }

  verify(known: Checkpoint | null = null) {
    let next = 0;
    return verifyLog({ source: this.source(), log: 'main', key: signer.verifier, known, samples: 5, pick: (bound) => next++ % bound, progress: () => undefined });
  }
}

const finding = async (log: MemoryLog, known: Checkpoint | null = null): Promise<Finding | null> => {
  const verified = await log.verify(known);
  return verified.ok ? null : verified.error;
};

describe('an honest log', () => {
  it.each([0, 1, 2, 9, 10, 11, 100, 4095, 4096, 4097, 9000])('of %d entries verifies', async (size) => {
    const verified = await MemoryLog.of(size, 997).verify();
    expect(verified).toMatchObject({ ok: true, value: { checkpoint: { size }, proofs: Math.min(5, size), continues: null } });
  });

  it('verifies in whatever pages it comes', async () => {
    for (const page of [1, 3, 7, 100]) {
      const log = MemoryLog.of(50);
      log.page = page;
      expect(await finding(log)).toBeNull();
    }
  });

  it('continues what was verified before', async () => {
    const log = MemoryLog.of(40);
    const known = log.last;
    log.grow(13);
    expect(await log.verify(known)).toMatchObject({ ok: true, value: { continues: 40 } });
    expect(await finding(log, { ...known, size: 0, root: rootOf(EMPTY_FRONTIER) })).toBeNull();
  });
});

describe('a dishonest keeper', () => {
  it('is named the changed entry, wherever it is', async () => {
    for (const index of [0, 1, 9, 10, 37, 98, 99]) {
      const log = MemoryLog.of(100);
      log.leaves[index] = leafNumber(5000);
      expect(await finding(log)).toEqual({ code: 'ENTRY_CHANGED', index });
    }
  });

  it('is named the first of two that were exchanged', async () => {
    const log = MemoryLog.of(100);
    [log.leaves[20], log.leaves[61]] = [log.leaves[61]!, log.leaves[20]!];
    expect(await finding(log)).toEqual({ code: 'ENTRY_CHANGED', index: 20 });
  });

  it('is named where an entry was put in, or taken out with the rest moved up', async () => {
    const more = MemoryLog.of(100);
    more.leaves.splice(33, 0, leafNumber(5000));
    expect(await finding(more)).toEqual({ code: 'ENTRY_CHANGED', index: 33 });
    const less = MemoryLog.of(100);
    less.leaves.splice(33, 1);
    expect(await finding(less)).toEqual({ code: 'ENTRY_CHANGED', index: 33 });
  });

  it('is named what is missing: one, or the whole tail', async () => {
    const gap = MemoryLog.of(100);
    gap.leaves[44] = null;
    expect(await finding(gap)).toEqual({ code: 'ENTRY_MISSING', index: 44 });
    const tail = MemoryLog.of(100);
    tail.leaves.length = 70;
    expect(await finding(tail)).toEqual({ code: 'ENTRY_MISSING', index: 70 });
  });

  it('is found when checkpoints go with the tail, by who remembers one', async () => {
    const log = MemoryLog.of(100);
    const known = log.last;
    const cut = MemoryLog.of(70);
    expect(await finding(cut)).toBeNull();
    expect(await finding(cut, known)).toEqual({ code: 'LOG_SHORTER', index: 70, size: 70, known: 100 });
  });

  it('is found when the whole log is made anew with the real key, by who remembers a checkpoint', async () => {
    const known = MemoryLog.of(50).last;
    const rewritten = new MemoryLog();
    rewritten.grow(60, 7000);
    expect(await finding(rewritten)).toBeNull();
    expect(await finding(rewritten, known)).toEqual({ code: 'LOG_REWRITTEN', known: 50 });
  });

  it('cannot sign with another key', async () => {
    const log = MemoryLog.of(20);
    log.sign(signerOf(2));
    expect(await finding(log)).toEqual({ code: 'CHECKPOINT_REFUSED', reason: 'NOTE_UNSIGNED' });
  });

  it('cannot pass text that is no leaf, though it hashes right', async () => {
    const log = new MemoryLog();
    log.grow(3);
    const text = `${leafNumber(3)} `;
    const appended = appendLeaves(log.frontier, [leafHash(text)]);
    log.leaves.push(text);
    log.nodes.push(...appended.nodes);
    log.frontier = appended.frontier;
    log.sign();
    expect(await finding(log)).toEqual({ code: 'ENTRY_MALFORMED', index: 3 });
  });

  it('is found when entry and tree are changed alike, and everything before is proven good', async () => {
    for (const index of [0, 1, 9, 10, 11, 37, 64, 98, 99]) {
      const log = MemoryLog.of(100);
      log.leaves[index] = leafNumber(5000);
      log.nodes[placeOfLeaf(index)] = leafHash(leafNumber(5000));
      const found = await finding(log);
      expect(found).toMatchObject({ code: 'ROOT_DIFFERS' });
      const at = found !== null && 'index' in found ? found.index : -1;
      // Never past it, and at most the neighbour before it, whose own proof leans on the changed hash.
      expect([index, index - at]).toEqual([index, index === at ? 0 : 1]);
    }
  });

  it('is found when the tree alone was damaged', async () => {
    const log = MemoryLog.of(100);
    log.nodes[placeOfLeaf(50) - 1] = leafHash('damage');
    const found = await finding(log);
    expect(found === null || found.code === 'PROOF_REFUSED' || found.code === 'ENTRY_CHANGED').toBe(true);
    log.nodes.length = 20;
    expect(await finding(log)).not.toBeNull();
  });

  it('is found in any of many random changes of what is stored, and an honest log never is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.nat(), fc.nat(), fc.constantFrom('edit', 'remove', 'insert', 'swap', 'both', 'cut'), async (size, a, b, kind) => {
        const log = MemoryLog.of(size, 7);
        const honest = [...log.leaves];
        const i = a % size;
        const j = b % size;
        if (kind === 'edit') log.leaves[i] = leafNumber(9000);
        if (kind === 'remove') log.leaves.splice(i, 1);
        if (kind === 'insert') log.leaves.splice(i, 0, leafNumber(9000));
        if (kind === 'swap') [log.leaves[i], log.leaves[j]] = [log.leaves[j]!, log.leaves[i]!];
        if (kind === 'cut') log.leaves.length = i;
        if (kind === 'both') {
          log.leaves[i] = leafNumber(9000);
          log.nodes[placeOfLeaf(i)] = leafHash(leafNumber(9000));
        }
        const firstBad = honest.findIndex((leaf, n) => leaf !== log.leaves[n]);
        const found = await finding(log);
        if (firstBad < 0) {
          expect(found).toBeNull();
        } else if (kind === 'both') {
          expect(found).toMatchObject({ code: 'ROOT_DIFFERS' });
        } else {
          expect(found).toMatchObject({ index: firstBad });
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a finding', () => {
  it('is told in words that name the entry', () => {
    const findings: Finding[] = [
      { code: 'ENTRY_MISSING', index: 7 },
      { code: 'ENTRY_MALFORMED', index: 7 },
      { code: 'ENTRY_CHANGED', index: 7 },
      { code: 'ROOT_DIFFERS', index: 7 },
      { code: 'PROOF_REFUSED', index: 7 },
      { code: 'LOG_SHORTER', index: 7, size: 7, known: 9 },
    ];
    for (const each of findings) expect(findingInWords(each)).toContain('7');
    expect(findingInWords({ code: 'LOG_REWRITTEN', known: 9 })).toContain('9');
    expect(findingInWords({ code: 'CHECKPOINT_REFUSED', reason: 'NOTE_UNSIGNED' })).toContain('NOTE_UNSIGNED');
  });
});
