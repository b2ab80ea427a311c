import { openCheckpoint } from '@assent/domain-ledger';
import { LedgerUnderTest, type Replica, someEvents } from '../ledger-under-test.spec';

let ledger: LedgerUnderTest;

beforeEach(async () => {
  ledger = await LedgerUnderTest.create();
});
afterEach(async () => {
  await ledger.drop();
});

const published = (): Promise<{ value: string }[]> => ledger.rows("select value from outbox where topic = 'audit.checkpoint' order by seq");
const stored = async (): Promise<number[]> => (await ledger.rows<{ size: string }>('select size from checkpoint order by size')).map(({ size }) => Number(size));

/** Waits until a condition holds; fails with what was last seen. */
async function eventually<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 15_000; ; ) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`not within 15 s: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** As the application starts: opening, then the checkpoint of what lies unsigned. */
async function started(changes: Readonly<Record<string, string>>): Promise<Replica> {
  const replica = await ledger.replica(changes);
  replica.checkpointer.onApplicationBootstrap();
  return replica;
}

it('a new log begins with the checkpoint of the empty tree', async () => {
  const replica = await started({});
  await eventually(stored, (sizes) => sizes.length > 0);
  expect(openCheckpoint((await replica.reader.checkpoint())!.note, replica.identity.signer.verifier)).toMatchObject({ ok: true, value: { size: 0, origin: 'ledger.example/main' } });
});

it('follows the leaves within the interval, once for however many there were', async () => {
  const replica = await started({ CHECKPOINT_INTERVAL_MS: '300' });
  await eventually(stored, (sizes) => sizes.includes(0));
  await replica.record(...someEvents(2));
  await replica.record(...someEvents(3));
  expect(await eventually(stored, (sizes) => sizes.includes(5))).toEqual([0, 5]);
  expect((await published()).map(({ value }) => JSON.parse(value) as { logId: string; size: number })).toMatchObject([{ logId: 'main', size: 0 }, { logId: 'main', size: 5 }]);
});

it('does not wait for the interval once there are enough leaves', async () => {
  const replica = await started({ CHECKPOINT_LEAVES: '10', CHECKPOINT_INTERVAL_MS: '60000' });
  await eventually(stored, (sizes) => sizes.includes(0));
  await replica.record(...someEvents(9));
  await replica.record(...someEvents(2));
  expect(await eventually(stored, (sizes) => sizes.some((size) => size > 0))).toEqual([0, 11]);
});

it('signs nothing when nothing was appended', async () => {
  const replica = await ledger.replica();
  await replica.record(...someEvents(4));
  expect(await replica.signing.signIfGrown()).toEqual({ kind: 'signed', size: 4 });
  expect(await replica.signing.signIfGrown()).toEqual({ kind: 'unchanged', size: 4 });
  expect(await stored()).toEqual([4]);
  expect(await published()).toHaveLength(1);
});

it('signs what a stopped replica left unsigned', async () => {
  const first = await ledger.replica();
  await first.record(...someEvents(6));
  await started({});
  expect(await eventually(stored, (sizes) => sizes.includes(6))).toEqual([6]);
});

it('never signs twice or out of order when replicas append and sign at once', async () => {
  const replicas = await Promise.all([ledger.replica(), ledger.replica(), ledger.replica()]);
  await Promise.all(
    replicas.map(async (replica) => {
      for (let i = 0; i < 15; i++) {
        await replica.record(...someEvents(2));
        await replica.signing.signIfGrown();
      }
    }),
  );
  await replicas[0].signing.signIfGrown();
  const sizes = (await published()).map(({ value }) => (JSON.parse(value) as { size: number }).size);
  expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
  expect(sizes.at(-1)).toBe(90);
  expect(await stored()).toEqual(sizes);
});

describe('a log that contradicts its checkpoints is not signed, and goes on recording', () => {
  const change = {
    LOG_NOT_CONTINUED: async () => {
      await ledger.tamper("update log_head set frontier = set_byte(frontier, 3, get_byte(frontier, 3) # 1)");
      // The head agrees with itself: only the earlier checkpoint tells.
      await ledger.tamper('update log_head set root_hash = frontier where octet_length(frontier) = 32');
    },
    HEAD_CONTRADICTS_ITSELF: async () => {
      await ledger.tamper('update log_head set root_hash = set_byte(root_hash, 0, get_byte(root_hash, 0) # 1)');
    },
    CHECKPOINT_FORGED: async () => {
      await ledger.tamper('update checkpoint set root_hash = set_byte(root_hash, 0, get_byte(root_hash, 0) # 1)');
    },
  };

  it.each(['LOG_NOT_CONTINUED', 'HEAD_CONTRADICTS_ITSELF', 'CHECKPOINT_FORGED'] as const)('%s', async (reason) => {
    const before = await ledger.replica();
    await before.record(...someEvents(4));
    await before.signing.signIfGrown();
    await before.record(...someEvents(4));
    await change[reason]();
    const replica = await ledger.replica();
    await expect(replica.signing.signIfGrown()).rejects.toMatchObject({ reason });
    expect(await stored()).toEqual([4]);
    // Leaves go on; the next one makes the head's root anew, which heals a head that was wrong only there.
    await replica.record(...someEvents(1));
    if (reason === 'HEAD_CONTRADICTS_ITSELF') return;
    await expect(replica.signing.signIfGrown()).rejects.toMatchObject({ name: 'LogInconsistent' });
    expect(await stored()).toEqual([4]);
  });
});
