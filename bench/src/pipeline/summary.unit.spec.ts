import { type Reading } from './turn';
import { median, summarise } from './summary';

const none = { count: 1, p50: 10, p99: 20, max: 30 };
const reading = (over: Partial<Reading>): Reading => ({
  variant: 'ours', phase: 'sca', count: 100, perSecond: 100, recordedPerSecond: 90, cpu: { kafka: 1, postgres: 2 }, commits: 1, walFsyncs: 0.5, walKilobytes: 10, lost: 0, doubled: 0, wrong: 0,
  confirmErrors: 0, webhooksRefused: 0, load: 1,
  latencies: { 'requested to decided': none, 'requested to link': none, 'confirm to redirect': none, 'webhook to verdict': none, 'whole way': none },
  ...over,
});

describe('the summary of a run', () => {
  it('compares medians of the rounds with every peer, under the names of the interface', () => {
    const readings = [90, 100, 900].flatMap((perSecond) => [reading({ perSecond }), reading({ variant: 'bare', perSecond: 2 * perSecond }), reading({ variant: 'usual', perSecond: perSecond / 10 })]);
    const throughput = summarise(readings).measures.filter(({ measure }) => measure === 'sca throughput');
    expect(throughput).toEqual([
      { measure: 'sca throughput', unit: '1/s', ours: 100, peer: 200, peerName: 'bare', ratio: 0.5 },
      { measure: 'sca throughput', unit: '1/s', ours: 100, peer: 10, peerName: 'usual', ratio: 10 },
    ]);
  });

  it('names latencies by stretch and pace, and counts a lower one as better', () => {
    const slow = { ...none, p50: 40, p99: 80 };
    const careful = reading({ variant: 'careful', phase: '10/s', latencies: { ...reading({}).latencies, 'webhook to verdict': slow } });
    const { measures } = summarise([reading({ phase: '10/s' }), careful]);
    expect(measures.filter(({ measure }) => measure.startsWith('webhook to verdict')).map(({ measure, ratio }) => [measure, ratio])).toEqual([['webhook to verdict at 10/s p50', 4], ['webhook to verdict at 10/s p99', 4]]);
    expect(measures.some(({ measure }) => measure.endsWith('throughput'))).toBe(false);
  });

  it.each([['lost'], ['doubled'], ['wrong'], ['webhooksRefused']] as const)('fails where anything is %s, also in a peer', (what) => {
    expect(summarise([reading({}), reading({ variant: 'bare', [what]: 1 })]).failures).toEqual([expect.stringMatching(/^bare, sca: 1 /)]);
    expect(summarise([reading({}), reading({ variant: 'bare' })]).failures).toEqual([]);
  });

  it('takes the middle of an even number of rounds between the two', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  });
});
