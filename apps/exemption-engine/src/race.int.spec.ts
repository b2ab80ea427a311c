import fc from 'fast-check';
import { type EngineUnderTest, newInstrument, outcomeOf, paying, request, startEngine, verdictOn } from './engine-under-test.spec';

/** More by hand: ASSENT_RACE_ROUNDS=1000. */
const ROUNDS = Number(process.env['ASSENT_RACE_ROUNDS'] ?? 5);
const REPLICAS = 6;
const PAYMENTS = 200;
const LIMIT_MINOR = 10_000;
const money = (minor: number): string => `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;

let engine: EngineUnderTest;
let replicas: ReturnType<EngineUnderTest['newReplica']>[];
beforeAll(async () => {
  engine = await startEngine();
  replicas = Array.from({ length: REPLICAS }, () => engine.newReplica());
});
afterAll(() => engine.close());

const inBatches = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
/** As many at once as the replicas have connections, each connection one after the other, as consumers do. */
const LANES = REPLICAS * 4;
const inLanes = <T>(items: readonly T[], work: (item: T, lane: number) => Promise<unknown>): Promise<unknown> =>
  Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      for (let i = lane; i < items.length; i += LANES) await work(items[i]!, lane);
    }),
  );
const exemptOf = async (events: readonly { key: string }[]): Promise<Set<string>> => {
  const { rows } = await engine.owner.query<{ key: string }>(`SELECT key FROM authentication WHERE decision = 'EXEMPT' AND key = ANY ($1)`, [
    events.map(({ key }) => key),
  ]);
  return new Set(rows.map(({ key }) => key));
};

describe('200 parallel low-value payments on one instrument, through several replicas', () => {
  test.each(Array.from({ length: ROUNDS }, (_, i) => i))('never overshoot, and use the budget to the last cent (round %i)', async (round) => {
    const card = newInstrument();
    const events = Array.from({ length: PAYMENTS }, () => request(paying('1.00', card)));
    const size = 1 + ((round * 7) % 25);
    await inLanes(inBatches(events, size), (batch, lane) => engine.requested(batch, replicas[lane % REPLICAS]));
    expect((await exemptOf(events)).size).toBe(100);
    expect(await engine.spent(card)).toMatchObject({ held: '100.00', heldCount: 100, committedCount: 0 });
  });

  test.each(Array.from({ length: ROUNDS }, (_, i) => i))('never overshoot while verdicts and outcomes come in between (round %i)', async (round) => {
    const card = newInstrument();
    const amounts = fc.sample(fc.integer({ min: 1, max: 3000 }), { numRuns: PAYMENTS, seed: round });
    const events = amounts.map((minor) => request(paying(money(minor), card)));
    const minorOf = new Map(events.map(({ key }, i) => [key, amounts[i]!]));
    const half = inBatches(events, 10);
    await Promise.all(
      half.map(async (batch, i) => {
        await engine.requested(batch, replicas[i % REPLICAS]);
        const exempt = await exemptOf(batch);
        const [released, executed] = [
          batch.filter(({ key }, n) => exempt.has(key) && n % 3 === 0),
          batch.filter(({ key }, n) => exempt.has(key) && n % 3 === 1),
        ];
        await Promise.all([
          ...(released.length > 0 ? [engine.verdict(...released.map((event) => verdictOn(event, 'EXPIRED')))] : []),
          ...(executed.length > 0 ? [engine.outcome(...executed.map((event) => outcomeOf(event, 'EXECUTED')))] : []),
        ]);
      }),
    );
    const { rows } = await engine.owner.query<{ key: string; share_status: string }>('SELECT key, share_status FROM authentication WHERE key = ANY ($1)', [
      events.map(({ key }) => key),
    ]);
    const spentMinor = rows.filter(({ share_status }) => share_status !== 'RELEASED').reduce((sum, { key }) => sum + minorOf.get(key)!, 0);
    expect(spentMinor).toBeLessThanOrEqual(LIMIT_MINOR);
    const { committed, held } = await engine.spent(card);
    expect(Math.round((Number(committed) + Number(held)) * 100)).toBe(spentMinor);
  });

  test('the same requests through all replicas at once: each is decided once', async () => {
    const card = newInstrument();
    const bodies = Array.from({ length: 20 }, () => paying('5.00', card));
    await Promise.all(
      replicas.map((replica) =>
        engine.requested(
          bodies.map((body) => request(body)),
          replica,
        ),
      ),
    );
    expect(await engine.spent(card)).toMatchObject({ held: '100.00', heldCount: 20 });
    for (const body of bodies) {
      const published = await engine.published(request(body).key);
      expect(published.map(({ headers }) => headers['ce_sequence'])).toEqual(replicas.map((_, i) => String(i + 1)));
      expect(new Set(published.map(({ body: decided }) => JSON.stringify(decided))).size).toBe(1);
    }
  });
});
