import { runSoak } from './soak/run-soak';

/** The nightly one has twenty seeds, ten thousand requests and two hundred faults each: `npm run soak`. */
const SHORT = { seed: 7, requests: 300, faults: 12, perSecond: 6 };

describe('the soak', () => {
  it('traffic of every kind while services, engines, wires and the vendor fail: no promise breaks', async () => {
    const report = await runSoak({ ...SHORT, say: (line) => void process.stderr.write(`  ${line}\n`) });
    expect(report.findings).toEqual([]);
    expect(report.failures).toEqual([]);
    expect(report.faults).toBe(SHORT.faults);
    expect(report.recoveredInMs).toBeLessThan(30_000);
    for (const outcome of ['EXEMPT', 'APPROVED', 'DECLINED', 'EXPIRED']) expect(report.outcomes[outcome] ?? 0).toBeGreaterThan(0);
  }, 600_000);
});
