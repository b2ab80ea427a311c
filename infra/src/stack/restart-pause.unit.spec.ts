import * as fc from 'fast-check';
import { RestartPause } from './restart-pause';

describe('the pause before a restart', () => {
  it('given a program that had run well, is none', () => {
    const pause = new RestartPause();
    expect([pause.next(60_000), pause.next(5000)]).toEqual([0, 0]);
  });

  it('given one that ends at once, grows, and starts anew after a steady run', () => {
    const pause = new RestartPause();
    expect([10, 10, 10, 10].map((ranMs) => pause.next(ranMs))).toEqual([0, 100, 250, 500]);
    expect([pause.next(5000), pause.next(10)]).toEqual([0, 0]);
  });

  it('is never as long as the two seconds within which everything is back', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { maxLength: 50 }), (runs) => {
        const pause = new RestartPause();
        return runs.every((ranMs) => {
          const waitMs = pause.next(ranMs);
          return waitMs >= 0 && waitMs <= 1000;
        });
      }),
    );
  });
});
