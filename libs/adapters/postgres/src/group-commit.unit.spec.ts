import { GroupCommit, QueueFull } from './group-commit';

/** A promise and its handle, so that a spec decides when work ends. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('group commit', () => {
  it('given items of one turn, works on them as one batch and answers each its own', async () => {
    const batches: number[][] = [];
    const group = new GroupCommit<number, number>(
      (batch) => {
        batches.push(batch);
        return Promise.resolve(batch.map((n) => n * 10));
      },
      { batchMax: 100, queueMax: 100 },
    );
    expect(await Promise.all([1, 2, 3].map((n) => group.submit(n)))).toEqual([10, 20, 30]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it('given work under way, lets what arrives wait and makes it the next batch, bounded in size', async () => {
    const sizes: number[] = [];
    const first = gate();
    const begun = gate();
    const group = new GroupCommit<number, number>(
      async (batch) => {
        sizes.push(batch.length);
        begun.open();
        if (sizes.length === 1) await first.opened;
        return batch;
      },
      { batchMax: 2, queueMax: 100 },
    );
    const answers = [group.submit(1)];
    await begun.opened;
    answers.push(...[2, 3, 4].map((n) => group.submit(n)));
    first.open();
    await Promise.all(answers);
    expect(sizes).toEqual([1, 2, 1]);
  });

  it('given a full queue, refuses at once and keeps its promise to those inside', async () => {
    const hold = gate();
    const begun = gate();
    const group = new GroupCommit<number, number>(
      async (batch) => {
        begun.open();
        await hold.opened;
        return batch;
      },
      { batchMax: 1, queueMax: 1 },
    );
    const inside = [group.submit(1)];
    await begun.opened;
    inside.push(group.submit(2));
    await expect(group.submit(3)).rejects.toBeInstanceOf(QueueFull);
    hold.open();
    expect(await Promise.all(inside)).toEqual([1, 2]);
  });

  it('given a failed batch, fails its items only', async () => {
    let calls = 0;
    const group = new GroupCommit<number, number>((batch) => (++calls === 1 ? Promise.reject(new Error('down')) : Promise.resolve(batch)), { batchMax: 1, queueMax: 10 });
    const [first, second] = await Promise.allSettled([group.submit(1), group.submit(2)]);
    expect(first.status).toBe('rejected');
    expect(second).toEqual({ status: 'fulfilled', value: 2 });
  });

  it('given too few answers, fails the batch rather than leave one waiting', async () => {
    const group = new GroupCommit<number, number>(() => Promise.resolve([]), { batchMax: 10, queueMax: 10 });
    await expect(group.submit(1)).rejects.toThrow('1 got 0 answers');
  });
});
