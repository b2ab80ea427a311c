import { planOf } from './plan';

describe('the plan of a run', () => {
  it('takes every variant through every phase, and warms the broker with enough for it', () => {
    const plan = planOf(false, ['--json']);
    expect(plan.variants.map(({ name }) => name)).toEqual(['ours', 'bare', 'usual', 'careful']);
    expect(plan.rounds).toBe(3);
    expect(plan.brokerWarmUp.count).toBeGreaterThanOrEqual(20_000);
    const { phases, warmUp } = plan.loadOf('ours');
    expect(phases.map(({ name, offer }) => [name, offer.way, offer.rate])).toEqual([['sca', 'sca', 0], ['exempt', 'exempt', 0], ['10/s', 'sca', 10], ['50/s', 'sca', 50]]);
    expect(warmUp[0]?.count).toBeGreaterThan(0);
  });

  it('is shorter with --quick, and otherwise the same', () => {
    const phases = (quick: boolean): number[] => planOf(quick, []).loadOf('ours').phases.map(({ offer }) => offer.count);
    expect(planOf(true, []).rounds).toBe(1);
    phases(true).forEach((count, i) => expect(count).toBeLessThan(phases(false)[i] ?? 0));
  });

  it.each([['--rounds', '0'], ['--rounds', '1.5'], ['--variants', 'ours,theirs'], ['--phases', 'sca,fast'], ['--phases', '0'], ['--unknown']])('refuses %s %s', (...args) => {
    expect(() => planOf(false, args).loadOf('ours')).toThrow();
  });
});
