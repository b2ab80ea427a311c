import { VendorBudget } from './vendor-budget';

describe('the vendor budget', () => {
  it('given calls, counts each against its own limit, and forgets them after a minute', () => {
    let nowMs = 1_000_000;
    const budget = new VendorBudget(() => nowMs);
    for (let i = 0; i < 5; i++) budget.spend('create');
    budget.spend('decision');
    budget.spend('list');
    budget.spend('delete');
    budget.spend('something new');
    expect([budget.left('create'), budget.left('read'), budget.left('write')]).toEqual([595, 598, 299]);
    nowMs += 59_000;
    budget.spend('create');
    expect(budget.left('create')).toBe(594);
    nowMs += 1_000;
    expect(budget.left('create')).toBe(599);
    nowMs += 3_600_000;
    expect([budget.left('create'), budget.left('read')]).toEqual([600, 600]);
  });

  it('given more calls than allowed, or a clock that goes back, then nothing is left and nothing is below zero', () => {
    let nowMs = 1_000_000;
    const budget = new VendorBudget(() => nowMs);
    for (let i = 0; i < 700; i++) budget.spend('create');
    expect(budget.left('create')).toBe(0);
    nowMs -= 30_000;
    budget.spend('create');
    expect(budget.left('create')).toBe(0);
  });
});
