import { compare } from './benchmark';
import { figure, jsonLine, table } from './report';

const throughput = compare({ measure: 'sca throughput', unit: '1/s', peerName: 'bare' }, 600, 1200, 'more');
const latency = compare({ measure: 'whole way at 10/s p50', unit: 'ms', peerName: 'careful' }, 20, 200, 'less');

describe('a measure', () => {
  it('has a ratio above 1 where ours is better, whichever way better is', () => {
    expect(throughput.ratio).toBe(0.5);
    expect(latency.ratio).toBe(10);
  });

  it('is one JSON line with the names of the interface', () => {
    expect(JSON.parse(jsonLine('pipeline', throughput))).toEqual({ bench: 'pipeline', measure: 'sca throughput', unit: '1/s', ours: 600, peer: 1200, peerName: 'bare', ratio: 0.5 });
    expect(jsonLine('pipeline', latency)).not.toContain('\n');
  });

  it('that could not be taken stays visible as such', () => {
    const nothing = compare({ measure: 'sca throughput', unit: '1/s', peerName: 'bare' }, Number.NaN, 1200, 'more');
    expect(JSON.parse(jsonLine('pipeline', nothing))).toMatchObject({ ours: null, ratio: null });
    expect(figure(nothing.ours)).toBe('–');
  });
});

describe('the table', () => {
  it('has a row for each measure and the peers side by side', () => {
    const careful = compare({ measure: 'sca throughput', unit: '1/s', peerName: 'careful' }, 600, 60, 'more');
    const [head, ...rows] = table([throughput, careful, latency]).split('\n');
    expect(head).toMatch(/^measure +unit +ours +bare +ratio +careful +ratio$/);
    expect(rows).toEqual([expect.stringMatching(/^sca throughput +1\/s +600 +1200 +0\.50× +60\.0 +10\.0×$/), expect.stringMatching(/^whole way at 10\/s p50 +ms +20\.0 +200 +10\.0×$/)]);
  });
});
