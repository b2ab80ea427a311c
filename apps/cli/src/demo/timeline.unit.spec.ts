import { renderTimeline } from './timeline';

describe('the timeline', () => {
  it('given steps that were asked for out of order, tells them as they happened, aligned', () => {
    const steps = [
      { atMs: 0, what: 'sca.requested', detail: 'EUR 1.00' },
      { atMs: 1203.4, what: 'redeemed', detail: '' },
      { atMs: 80.2, what: 'sca.verdict', detail: 'APPROVED' },
    ];
    expect(renderTimeline(steps).split('\n')).toEqual([
      '      0 ms      +0   sca.requested                  EUR 1.00',
      '     80 ms     +80   sca.verdict                    APPROVED',
      '   1203 ms   +1123   redeemed',
    ]);
  });
});
