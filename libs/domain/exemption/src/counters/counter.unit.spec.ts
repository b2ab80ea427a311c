import fc from 'fast-check';
import { add, compare, type Fraction, isAtMost, reduced, subtract, whole, ZERO } from '../fraction';
import { applyToCounter, type Counter, type CounterCommand, type CounterState, decideCounter, EMPTY_COUNTER, type Share, spentOf } from './counter';

const play = (...commands: CounterCommand[]): CounterState => commands.reduce<CounterState>(applyToCounter, { counter: EMPTY_COUNTER, share: null });
const hold: CounterCommand = { type: 'HOLD', amount: whole(3000n) };
const watch: CounterCommand = { type: 'WATCH', amount: whole(3000n) };
const execute: CounterCommand = { type: 'EXECUTE', amount: whole(3000n) };
const release: CounterCommand = { type: 'RELEASE' };
const authenticate: CounterCommand = { type: 'AUTHENTICATE' };
const spent = ({ counter }: CounterState): [bigint, number] => [spentOf(counter).amount.numerator, spentOf(counter).count];

describe('the share of one payment in a counter', () => {
  test('given a hold, when nobody says anything more, then it stays spent', () => {
    expect(spent(play(hold))).toEqual([3000n, 1]);
  });

  test('given a hold, when it is executed, then it is spent once', () => {
    const state = play(hold, execute);
    expect(spent(state)).toEqual([3000n, 1]);
    expect(state.counter.held.count).toBe(0);
  });

  test('given a hold, when it is released, then the budget is back', () => {
    expect(spent(play(hold, release))).toEqual([0n, 0]);
  });

  test('given a released hold, when the payment is executed all the same, then it is spent again', () => {
    expect(spent(play(hold, release, execute))).toEqual([3000n, 1]);
  });

  test.each([
    ['outcome before verdict', [hold, execute, release]],
    ['verdict before outcome', [hold, release, execute]],
    ['a release that comes twice', [hold, release, release, execute]],
  ])('%s: the order does not matter', (_name, commands) => {
    const { counter, share } = play(...commands);
    expect([counter.committed.amount, counter.committed.count, counter.held.count, share?.status]).toEqual([whole(3000n), 1, 0, 'COMMITTED']);
  });

  test('given a payment that needs authentication, when it is executed without, then it counts', () => {
    expect(spent(play(watch))).toEqual([0n, 0]);
    expect(spent(play(watch, execute))).toEqual([3000n, 1]);
  });

  test('given a payment that was executed, when it is authenticated, then the new epoch has nothing of it', () => {
    expect(spent(play(watch, execute, authenticate))).toEqual([0n, 0]);
    expect(spent(play(watch, authenticate, execute))).toEqual([0n, 0]);
  });

  test.each([
    ['executed', [hold, authenticate, execute]],
    ['released', [hold, authenticate, release]],
    ['executed after its release', [hold, release, authenticate, execute]],
  ])('given a new epoch, when a payment of the old one is %s, then the new one is untouched', (_name, commands) => {
    const state = play(...commands);
    expect(spent(state)).toEqual([0n, 0]);
    expect(state.counter.epoch).toBe(1);
  });

  test('given several captures, when together they exceed what was decided, then the sum counts, as one payment', () => {
    const part = (minor: bigint): CounterCommand => ({ type: 'EXECUTE', amount: whole(minor) });
    expect(spent(play(hold, part(1000n)))).toEqual([3000n, 1]);
    expect(spent(play(hold, part(1000n), part(2000n)))).toEqual([3000n, 1]);
    expect(spent(play(hold, part(1000n), part(2000n), part(500n)))).toEqual([3500n, 1]);
    expect(spent(play(hold, release, part(4000n)))).toEqual([4000n, 1]);
  });

  test('deciding a payment twice, or executing what was never decided, is a bug', () => {
    expect(() => decideCounter(hold, play(hold))).toThrow('decided once');
    expect(() => decideCounter(watch, play(hold))).toThrow('decided once');
    expect(() => decideCounter(execute, play())).toThrow('only a decided payment');
  });
});

/** What happened to the payments of one instrument, told naively: from it the counter is computed anew each time. */
interface Told {
  readonly epoch: number;
  readonly amount: Fraction;
  readonly exempt: boolean;
  executed: Fraction[];
  released: boolean;
}
interface Model {
  epoch: number;
  payments: Told[];
}
interface Real {
  counter: Counter;
  shares: Share[];
}

function toldSpent({ epoch, payments }: Model): { amount: Fraction; count: number } {
  const weights = payments
    .filter((payment) => payment.epoch === epoch)
    .flatMap(({ amount, exempt, executed, released }) => {
      if (executed.length === 0) return exempt && !released ? [amount] : [];
      const sum = executed.reduce(add, ZERO);
      return [isAtMost(sum, amount) ? amount : sum];
    });
  return { amount: weights.reduce(add, ZERO), count: weights.length };
}

const LIMIT = whole(10_000n);

/** Decides as Article 16(b) does, inclusive reading, and holds if it passes. */
class Decide implements fc.Command<Model, Real> {
  constructor(private readonly amount: Fraction) {}
  check = (): boolean => true;
  run(model: Model, real: Real): void {
    const spentNow = spentOf(real.counter);
    expect(compare(spentNow.amount, toldSpent(model).amount)).toBe(0);
    expect(spentNow.count).toBe(toldSpent(model).count);
    const exempt = isAtMost(add(spentNow.amount, this.amount), LIMIT);
    if (exempt) expect(isAtMost(add(toldSpent(model).amount, this.amount), LIMIT)).toBe(true);
    const { counter, share } = applyToCounter({ counter: real.counter, share: null }, { type: exempt ? 'HOLD' : 'WATCH', amount: this.amount });
    real.counter = counter;
    real.shares.push(share!);
    model.payments.push({ epoch: model.epoch, amount: this.amount, exempt, executed: [], released: false });
  }
  toString = (): string => `decide ${this.amount.numerator}/${this.amount.denominator}`;
}

class Settle implements fc.Command<Model, Real> {
  constructor(
    private readonly which: number,
    private readonly how: 'RELEASE' | 'EXECUTE',
    private readonly part: bigint,
  ) {}
  check = ({ payments }: Readonly<Model>): boolean => payments.length > 0;
  run(model: Model, real: Real): void {
    const i = this.which % model.payments.length;
    const told = model.payments[i]!;
    const amount = reduced(told.amount.numerator * this.part, told.amount.denominator * 2n);
    const settled = applyToCounter(
      { counter: real.counter, share: real.shares[i]! },
      this.how === 'EXECUTE' ? { type: 'EXECUTE', amount } : { type: 'RELEASE' },
    );
    real.counter = settled.counter;
    real.shares[i] = settled.share!;
    if (this.how === 'EXECUTE') told.executed.push(amount);
    else told.released = true;
    expect(compare(spentOf(real.counter).amount, toldSpent(model).amount)).toBe(0);
  }
  toString = (): string => `${this.how} ${this.which} ×${this.part}/2`;
}

class Authenticate implements fc.Command<Model, Real> {
  check = (): boolean => true;
  run(model: Model, real: Real): void {
    real.counter = applyToCounter({ counter: real.counter, share: null }, authenticate).counter;
    model.epoch += 1;
    expect(spentOf(real.counter)).toEqual({ amount: ZERO, count: 0 });
  }
  toString = (): string => 'authenticate';
}

describe('a counter under any interleaving', () => {
  const amount = fc.oneof(
    fc.bigInt({ min: 1n, max: 3000n }).map(whole),
    fc.tuple(fc.bigInt({ min: 1n, max: 400_000n }), fc.bigInt({ min: 2n, max: 5_000n })).map(([n, d]) => reduced(n, d)),
  );
  const decide = amount.map((value) => new Decide(value));
  const settle = (how: 'RELEASE' | 'EXECUTE') => fc.tuple(fc.nat(30), fc.bigInt({ min: 1n, max: 4n })).map(([which, part]) => new Settle(which, how, part));

  test('always agrees with a naive account of what happened', () => {
    const commands = fc.commands([decide, settle('RELEASE'), settle('EXECUTE'), fc.constant(new Authenticate())], { maxCommands: 60 });
    fc.assert(
      fc.property(commands, (run) => {
        fc.modelRun(() => ({ model: { epoch: 0, payments: [] }, real: { counter: EMPTY_COUNTER, shares: [] } }), run);
      }),
      { numRuns: 300 },
    );
  });

  test('never passes the limit as long as what was refused or given back is not executed all the same', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('decide' as const), amount, which: fc.constant(0) }),
      fc.record({ do: fc.constantFrom('release' as const, 'execute' as const), amount, which: fc.nat(30) }),
      fc.record({ do: fc.constant('authenticate' as const), amount, which: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        let counter = EMPTY_COUNTER;
        const shares: Share[] = [];
        for (const { do: what, amount: value, which } of steps) {
          if (what === 'decide') {
            if (!isAtMost(add(spentOf(counter).amount, value), LIMIT)) continue;
            const next = applyToCounter({ counter, share: null }, { type: 'HOLD', amount: value });
            counter = next.counter;
            shares.push(next.share!);
          } else if (what === 'authenticate') {
            counter = applyToCounter({ counter, share: null }, authenticate).counter;
          } else if (shares.length > 0) {
            const i = which % shares.length;
            const share = shares[i]!;
            if (what === 'execute' && share.status !== 'HELD') continue;
            const next = applyToCounter({ counter, share }, what === 'execute' ? { type: 'EXECUTE', amount: share.amount } : { type: 'RELEASE' });
            counter = next.counter;
            shares[i] = next.share!;
          }
          expect(isAtMost(spentOf(counter).amount, LIMIT)).toBe(true);
          expect(subtract(spentOf(counter).amount, LIMIT)).toEqual(ZERO);
        }
      }),
    );
  });
});
