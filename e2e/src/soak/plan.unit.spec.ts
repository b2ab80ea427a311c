import fc from 'fast-check';
import { planOf } from './plan';

describe('the plan of a soak', () => {
  it('is the same for the same seed, and another for another', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const sizes = { requests: 40, faults: 10 };
        expect(planOf(seed, sizes)).toEqual(planOf(seed, sizes));
        expect(planOf(seed + 1, sizes)).not.toEqual(planOf(seed, sizes));
      }),
      { numRuns: 25 },
    );
  });

  it('has every kind of request and of fault when it is long enough, each with an id of its own', () => {
    const { requests, faults } = planOf(7, { requests: 2000, faults: 500 });
    expect(new Set(requests.map(({ authenticationId }) => authenticationId)).size).toBe(requests.length);
    expect(new Set(requests.map(({ kind }) => kind)).size).toBe(12);
    expect(new Set(faults.map(({ fault }) => fault.kind)).size).toBe(9);
  });
});
