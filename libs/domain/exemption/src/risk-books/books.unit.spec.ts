import fc from 'fast-check';
import { formatFraction } from '../fraction';
import { PROFILES } from '../profile';
import { article21Report, type BookLine, rateFromBooks } from './article-21-report';
import { bandDistances, closeQuarter } from './band-watch';
import type { BandState } from './cessation';
import { lastComplete, quarterAfter, quarterBefore, quarterOf, spanOf } from './quarter';

const line = (over: Partial<BookLine>): BookLine => ({
  instrument: 'card', remote: true, path: 'SCA', payments: 1, value: 0n, fraudByExecution: 0n, fraudByRegistration: 0n, fraudReports: 0, unconverted: 0, ...over,
});
/** The quarter of the worked example: remote cards, by path. */
const EXAMPLE = [
  line({ path: 'EX16', payments: 600_000, value: 960_000_000n, fraudByExecution: 144_000n }),
  line({ path: 'SCA', payments: 1_200_000, value: 5_400_000_000n, fraudByExecution: 972_000n }),
  line({ path: 'EX18', payments: 250_000, value: 1_750_000_000n, fraudByExecution: 1_575_000n }),
  line({ path: 'EX13', payments: 10_000, value: 90_000_000n, fraudByExecution: 9_000n }),
];
const bands = PROFILES.get('EU')!.riskBands.card;

describe('the report of Article 21', () => {
  test('has the figures of the worked example', () => {
    const { sections } = article21Report('2026-Q1', EXAMPLE);
    const shown = sections[0]!.paths.map(({ path, payments, rateBasisPoints, average, share }) => [
      path, payments, formatFraction(rateBasisPoints!, 0), formatFraction(average!, 2), Number(formatFraction(share!, 0).replace('…', '')).toFixed(2),
    ]);
    expect(shown).toEqual([
      ['SCA', 1_200_000, '1.8', '45.00', '58.25'],
      ['EX13', 10_000, '1', '90.00', '0.49'],
      ['EX16', 600_000, '1.5', '16.00', '29.13'],
      ['EX18', 250_000, '9', '70.00', '12.14'],
    ]);
    const { total } = sections[0]!;
    expect([total.payments, total.value, total.fraudValue, formatFraction(total.rateBasisPoints!, 0)]).toEqual([2_060_000, 8_200_000_000n, 2_700_000n, '3.292682…']);
  });

  test('remote and other payments, and instruments, stand apart; what is out of scope is in no sum', () => {
    const report = article21Report('2026-Q1', [
      ...EXAMPLE,
      line({ remote: false, path: 'EX11', value: 5_000n }),
      line({ instrument: 'credit_transfer', value: 7_000n }),
      line({ instrument: null, value: 1n, unconverted: 2 }),
      line({ path: 'OUT_OF_SCOPE', payments: 3, value: 9_000n, fraudByExecution: 9_000n }),
    ]);
    expect(report.sections.map(({ instrument, remote, total }) => [instrument, remote, total.value])).toEqual([
      ['card', true, 8_200_000_000n], ['card', false, 5_000n], ['credit_transfer', true, 7_000n], [null, true, 1n],
    ]);
    expect([report.outOfScope, report.unconverted]).toEqual([{ payments: 3, value: 9_000n }, 2]);
  });

  test('of both datings the worse one counts', () => {
    const late = [line({ value: 1_000_000n, fraudByExecution: 10n, fraudByRegistration: 900n }), line({ value: 1n, fraudByExecution: 1n })];
    expect(rateFromBooks('card', late)).toEqual({ totalValue: 1_000_001n, fraudValue: 900n });
  });

  test('fraud of an unknown instrument counts against each, its value for none', () => {
    const lines = [line({ value: 100n }), line({ instrument: null, value: 50n, fraudByExecution: 7n })];
    expect(rateFromBooks('card', lines)).toEqual({ totalValue: 100n, fraudValue: 7n });
    expect(rateFromBooks('credit_transfer', lines)).toEqual({ totalValue: 0n, fraudValue: 7n });
  });

  test('nothing at a terminal and nothing out of scope is in the rate', () => {
    expect(rateFromBooks('card', [line({ remote: false, value: 1n, fraudByExecution: 1n }), line({ path: 'OUT_OF_SCOPE', value: 1n })])).toEqual({ totalValue: 0n, fraudValue: 0n });
  });
});

describe('the bands when a quarter closes', () => {
  const closed = (fraudValue: bigint, states: [bigint, BandState][] = []) =>
    closeQuarter(bands, new Map(states), { fraudValue, totalValue: 10_000_000_000n }).map(({ threshold, from, to, events }) => [Number(threshold / 100n), from, to, events]);

  test('at exactly 13 bps the lowest band qualifies, a cent above it none', () => {
    expect(closed(13_000_000n)[0]).toEqual([100, 'NOT_QUALIFIED', 'ACTIVE', ['QUALIFIED']]);
    expect(closed(13_000_001n)[0]).toEqual([100, 'NOT_QUALIFIED', 'NOT_QUALIFIED', []]);
  });

  test('each band goes its own way on the one rate', () => {
    expect(closed(6_400_000n, [[10_000n, 'ACTIVE'], [25_000n, 'WARNED'], [50_000n, 'CEASED']])).toEqual([
      [100, 'ACTIVE', 'ACTIVE', []],
      [250, 'WARNED', 'CEASED', ['REPORT', 'CEASE']],
      [500, 'CEASED', 'CEASED', []],
    ]);
  });

  test.each([
    [4_799_999n, false, true],
    [4_800_000n, true, true],
    [6_000_000n, true, true],
    [6_000_001n, true, false],
  ])('fraud of %s: warning %s, within %s', (fraudValue, warning, within) => {
    expect(bandDistances(bands, { fraudValue, totalValue: 10_000_000_000n })[1]).toMatchObject({ threshold: 25_000n, warning, within, headroom: 6_000_000n - fraudValue });
  });

  test('without a rate there is no distance, and no band is within', () => {
    expect(bandDistances(bands, { fraudValue: 0n, totalValue: 0n })[0]).toMatchObject({ used: null, within: false, warning: false });
  });
});

describe('quarters', () => {
  test.each([
    ['2026-01-01T00:00:00.000Z', '2026-Q1'],
    ['2026-03-31T23:59:59.999Z', '2026-Q1'],
    ['2026-04-01T00:00:00.000Z', '2026-Q2'],
    ['2026-12-31T23:59:59.999Z', '2026-Q4'],
  ])('%s is in %s', (time, quarter) => expect(quarterOf(Date.parse(time))).toBe(quarter));

  test.each(['2026-Q0', '2026-Q5', '26-Q1', '2026', '2026-Q1 '])('"%s" is none', (written) => expect(spanOf(written)).toBeNull());

  test('each moment is in the span of its quarter, and quarters follow each other without a gap', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (ms) => {
      const quarter = quarterOf(ms);
      const { fromMs, untilMs } = spanOf(quarter)!;
      expect(fromMs <= ms && ms < untilMs).toBe(true);
      expect([quarterAfter(quarterBefore(quarter)), spanOf(quarterAfter(quarter))!.fromMs]).toEqual([quarter, untilMs]);
    }));
  });

  test('a quarter is complete once it has had time to settle', () => {
    expect(lastComplete(Date.parse('2026-10-01T00:59:59Z'), 3_600_000)).toBe('2026-Q2');
    expect(lastComplete(Date.parse('2026-10-01T01:00:00Z'), 3_600_000)).toBe('2026-Q3');
  });
});
