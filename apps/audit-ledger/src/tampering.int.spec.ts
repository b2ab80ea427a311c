import { type Checkpoint, type Finding, hashesToBytes, hashFromBase64, leafHash, type LogSource, openCheckpoint, placeOf, placeOfLeaf, verifyLog } from '@assent/domain-ledger';
import { ok, refuse, type Result } from '@assent/kernel';
import { LedgerUnderTest, type Replica, someEvents } from './ledger-under-test.spec';
import { readNodes } from './storage/read-nodes';

const SIZE = 200;
let ledger: LedgerUnderTest;
let replica: Replica;

beforeEach(async () => {
  ledger = await LedgerUnderTest.create();
  replica = await ledger.replica();
  for (let size = 0; size < SIZE; size += 40) {
    await replica.record(...someEvents(40));
    await replica.checkpointer.cover(size + 40);
  }
});
afterEach(async () => {
  await ledger.drop();
});

/** The log as a verifier sees it, without the HTTP between. */
function sourceOf({ reader }: Replica): LogSource {
  const answer = <T, E extends string>(result: Result<T, E>): Result<T, { code: string }> => (result.ok ? result : refuse({ code: result.error }));
  return {
    logs: () => Promise.resolve([]),
    checkpoint: async (_, sizeMax) => {
      const checkpoint = await reader.checkpoint(sizeMax);
      return checkpoint === null ? refuse({ code: 'CHECKPOINT_NOT_FOUND' }) : ok(checkpoint.note);
    },
    entries: async (_, from, to) => ok((await reader.entries(from, to)).map(({ index, leaf, leafHash: hash }) => ({ index, leaf, leafHash: hashFromBase64(hash) }))),
    inclusion: async (_, index, size) => {
      const proven = await reader.inclusion(index, size);
      return proven.ok ? ok({ ...proven.value.proof, leafHash: proven.value.leafHash }) : answer(proven);
    },
    consistency: async (_, from, to) => answer(await reader.consistency(from, to)),
  };
}

async function verify(known: Checkpoint | null = null): Promise<Finding | null> {
  let next = 0;
  const key = replica.identity.signer.verifier;
  const verified = await verifyLog({ source: sourceOf(replica), log: 'main', key, known, samples: 10, pick: (bound) => (next += 17) % bound, progress: () => undefined });
  return verified.ok ? null : verified.error;
}

async function lastCheckpoint(): Promise<Checkpoint> {
  const stored = await replica.reader.checkpoint();
  const opened = openCheckpoint(stored!.note, replica.identity.signer.verifier);
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
}

const forged = "replace(leaf, 'sca.evidence.v1', 'sca.verdict.v1')";

it('an untouched log verifies, and goes on verifying as it grows', async () => {
  expect(await verify()).toBeNull();
  const known = await lastCheckpoint();
  await replica.record(...someEvents(33));
  await replica.checkpointer.cover(SIZE + 33);
  expect(await verify(known)).toBeNull();
});

describe('a superuser who goes around triggers and rights', () => {
  it('edits a leaf', async () => {
    for (const index of [137, 64, 0]) {
      await ledger.tamper(`update leaf set leaf = ${forged} where leaf_index = $1`, [index]);
      expect(await verify()).toEqual({ code: 'ENTRY_CHANGED', index });
    }
  });

  it('edits a leaf and its hash in the tree', async () => {
    await ledger.tamper(`update leaf set leaf = ${forged} where leaf_index = 137`);
    const [row] = await ledger.rows<{ leaf: string }>('select leaf from leaf where leaf_index = 137');
    const [segment] = await ledger.rows<{ first_node: string; nodes: Buffer }>('select * from tree_segment where first_node <= $1 order by first_node desc limit 1', [placeOfLeaf(137)]);
    segment!.nodes.write(leafHash(row!.leaf), (placeOfLeaf(137) - Number(segment!.first_node)) * 32, 32, 'latin1');
    await ledger.tamper('update tree_segment set nodes = $2 where first_node = $1', [segment!.first_node, segment!.nodes]);
    const found = await verify();
    expect(found).toMatchObject({ code: 'ROOT_DIFFERS' });
    expect([136, 137]).toContain(found !== null && 'index' in found ? found.index : null);
  });

  it('deletes a leaf', async () => {
    await ledger.tamper('delete from leaf where leaf_index = 77');
    expect(await verify()).toEqual({ code: 'ENTRY_MISSING', index: 77 });
  });

  it('deletes a leaf and moves the rest up', async () => {
    await ledger.tamper('delete from leaf where leaf_index = 77');
    await ledger.tamper('update leaf set leaf_index = leaf_index + 999 where leaf_index > 77');
    await ledger.tamper('update leaf set leaf_index = leaf_index - 1000 where leaf_index > 999');
    expect(await verify()).toEqual({ code: 'ENTRY_CHANGED', index: 77 });
  });

  it('puts a leaf in and moves the rest down', async () => {
    await ledger.tamper('update leaf set leaf_index = leaf_index + 1001 where leaf_index >= 30');
    await ledger.tamper('update leaf set leaf_index = leaf_index - 1000 where leaf_index > 1000');
    await ledger.tamper(`insert into leaf (leaf_index, leaf, recorded_at) select 30, ${forged}, recorded_at from leaf where leaf_index = 5`);
    expect(await verify()).toEqual({ code: 'ENTRY_CHANGED', index: 30 });
  });

  it('exchanges two leaves', async () => {
    await ledger.tamper('update leaf as a set leaf = b.leaf from leaf as b where (a.leaf_index, b.leaf_index) in ((91, 14), (14, 91))');
    expect(await verify()).toEqual({ code: 'ENTRY_CHANGED', index: 14 });
  });

  it('cuts the tail off', async () => {
    await ledger.tamper('delete from leaf where leaf_index >= 190');
    expect(await verify()).toEqual({ code: 'ENTRY_MISSING', index: 190 });
  });

  it('cuts the tail off, with checkpoints, tree and head: found by who remembers, and by the service that runs', async () => {
    const known = await lastCheckpoint();
    // 160 = 128 + 32: the head of that time has two peaks.
    const peaks = [placeOf({ level: 7, index: 0 }), placeOf({ level: 5, index: 4 })];
    const nodes = await readNodes(replica.database, peaks);
    await ledger.tamper('delete from leaf where leaf_index >= 160');
    await ledger.tamper('delete from tree_segment where first_node >= $1', [placeOfLeaf(160)]);
    await ledger.tamper('delete from checkpoint where size > 160');
    const [older] = await ledger.rows<{ root_hash: Buffer }>('select root_hash from checkpoint where size = 160');
    await ledger.tamper('update log_head set size = 160, root_hash = $1, frontier = $2', [older!.root_hash, hashesToBytes(peaks.map((place) => nodes.get(place)!))]);
    expect(await verify(known)).toEqual({ code: 'LOG_SHORTER', index: 160, size: 160, known: SIZE });
    await expect(replica.signing.signIfGrown()).rejects.toMatchObject({ reason: 'CHECKPOINT_GONE' });
  });

  it('replaces the checkpoint by one of a key of their own', async () => {
    const stranger = await LedgerUnderTest.create();
    const other = await stranger.replica({ LEDGER_SIGNING_KEY: Buffer.alloc(32, 8).toString('base64') });
    await other.record(...someEvents(5));
    await other.checkpointer.cover(5);
    const note = (await other.reader.checkpoint())!.note;
    await stranger.drop();
    await ledger.tamper('update checkpoint set note = $1 where size = $2', [note, SIZE]);
    expect(await verify()).toEqual({ code: 'CHECKPOINT_REFUSED', reason: 'NOTE_UNSIGNED' });
    await expect((await ledger.replica()).signing.signIfGrown()).rejects.toMatchObject({ reason: 'CHECKPOINT_FORGED' });
  });

  it('damages the tree: the log verifies no more, and what needs the damaged part cannot be proven', async () => {
    await ledger.tamper('delete from tree_segment where first_node = (select first_node from tree_segment order by first_node offset 2 limit 1)');
    expect(await verify()).not.toBeNull();
    expect(await replica.reader.inclusion(100, SIZE)).toEqual({ ok: false, error: 'LOG_DAMAGED' });
  });
});
