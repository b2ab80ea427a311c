import fc from 'fast-check';
import { fractionOf } from '../fraction';
import { PROFILES } from '../profile';
import { type BandEvent, type BandState, bandIsUsable, decideBand, evolveBand } from './cessation';
import { basisPoints, type BookedPayment, fraudRate, headroom, highestBand, isWithinReference, worseFraudRate } from './fraud-rate';

const EU = PROFILES.get('EU')!;
const euro = (value: number): bigint => BigInt(value) * 100n;
const payment = (more: Partial<BookedPayment> = {}): BookedPayment => ({
  instrument: 'card',
  remote: true,
  initiator: 'payer',
  moto: false,
  auth: 'SCA',
  value: euro(100),
  fraud: null,
  legalEntity: 'E1',
  executedIn: '2026-Q3',
  ...more,
});
const question = { instrument: 'card', quarter: '2026-Q3', legalEntity: 'E1', dating: 'execution' } as const;
const fraud = { kind: 'unauthorised', liable: 'self', registeredIn: null } as const;

describe('the fraud rate of Article 19', () => {
  test('the worked example: 27 000 on 82 000 000 unlocks 250, with 22 200 to spare', () => {
    const rate = { fraudValue: euro(27_000), totalValue: euro(82_000_000) };
    expect(highestBand(rate, EU.riskBands.card)?.threshold).toBe(euro(250));
    expect(headroom(rate, fractionOf('6')!)).toBe(euro(22_200));
    expect(headroom(rate, fractionOf('1')!)).toBe(-euro(18_800));
  });

  test.each([
    [130_000_00n, '100', 'none'],
    [130_000_01n, 'none', 'none'],
    [60_000_00n, '250', 'none'],
    [15_000_00n, '250', '100'],
    [10_000_00n, '500', '250'],
    [5_000_00n, '500', '500'],
  ])('a fraud of %d cents on 100 million: cards %s, transfers %s', (fraudValue, card, transfer) => {
    const rate = { fraudValue, totalValue: euro(100_000_000) };
    const band = (instrument: 'card' | 'credit_transfer'): string =>
      (highestBand(rate, EU.riskBands[instrument])?.threshold ?? 0n).toString().replace(/00$/, '') || 'none';
    expect([band('card'), band('credit_transfer')].map((text) => (text === '0' ? 'none' : text))).toEqual([card, transfer]);
  });

  test('no payments are no rate, and a rate that is missing is within nothing', () => {
    const none = fraudRate([], question);
    expect(basisPoints(none)).toBeNull();
    expect(highestBand(none, EU.riskBands.card)).toBeNull();
    expect(isWithinReference({ fraudValue: 0n, totalValue: 0n }, fractionOf('13')!)).toBe(false);
  });

  test.each([
    ['another instrument', { instrument: 'credit_transfer' as const }],
    ['at a terminal', { remote: false }],
    ['payee-initiated', { initiator: 'payee' as const }],
    ['initiator unknown', { initiator: null }],
    ['by telephone', { moto: true }],
    ['out of scope', { auth: 'OUT_OF_SCOPE' }],
    ['of another legal entity', { legalEntity: 'E2' }],
  ])('%s: in neither sum', (_name, more) => {
    expect(fraudRate([payment({ ...more, fraud })], question)).toEqual({ fraudValue: 0n, totalValue: 0n });
  });

  test('fraud by the payer, or at the cost of the other provider, is no fraud of ours', () => {
    const rate = fraudRate(
      [
        payment({ fraud: { ...fraud, kind: 'payer_fraud' } }),
        payment({ fraud: { ...fraud, liable: 'other' } }),
        payment({ fraud: { ...fraud, kind: 'payer_manipulated' } }),
      ],
      question,
    );
    expect(rate).toEqual({ fraudValue: euro(100), totalValue: euro(300) });
  });

  test('late fraud counts by either date, and the worse of both decides', () => {
    const late = payment({ executedIn: '2026-Q2', fraud: { ...fraud, registeredIn: '2026-Q3' } });
    const [byExecution, byRegistration] = (['execution', 'registration'] as const).map((dating) => fraudRate([payment(), late], { ...question, dating }));
    expect([byExecution, byRegistration]).toEqual([
      { fraudValue: 0n, totalValue: euro(100) },
      { fraudValue: euro(100), totalValue: euro(100) },
    ]);
    expect(worseFraudRate(byExecution!, byRegistration!)).toEqual(byRegistration);
    expect(worseFraudRate(byRegistration!, byExecution!)).toEqual(byRegistration);
  });

  test('unlocking a band unlocks every smaller one', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 9n }), fc.bigInt({ min: 1n, max: 10n ** 12n }), (fraudValue, totalValue) => {
        const within = EU.riskBands.card.map(({ reference }) => isWithinReference({ fraudValue, totalValue }, reference));
        expect([...within].sort((a, b) => Number(b) - Number(a))).toEqual(within);
      }),
    );
  });
});

describe('the states of Article 20', () => {
  const play = (...quarters: (boolean | 'notify')[]): [BandState, BandEvent[]] =>
    quarters.reduce<[BandState, BandEvent[]]>(
      ([state, all], step) => {
        const events = decideBand(step === 'notify' ? { type: 'NOTIFY' } : { type: 'CLOSE_QUARTER', within: step }, state);
        return [events.reduce(evolveBand, state), [...all, ...events]];
      },
      ['NOT_QUALIFIED', []],
    );

  test('the worked example: warned, ceased, recoverable, and used again after notice', () => {
    expect(play(true, true, false, false, true)).toEqual(['RECOVERABLE', ['QUALIFIED', 'REPORT', 'REPORT', 'CEASE', 'RECOVERED']]);
    expect(play(true, true, false, false, true, 'notify')[0]).toBe('ACTIVE');
  });

  test('notice alone never helps', () => {
    for (const before of [[], [true], [true, false], [true, false, false], [true, false, false, true, false]] as boolean[][]) {
      const [state] = play(...before);
      expect(play(...before, 'notify')[0]).toBe(state);
    }
  });

  test('after two quarters over the reference, nothing but a good quarter and then a notice makes a band usable', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.boolean(), fc.constant('notify' as const)), { maxLength: 12 }), (after) => {
        const [state] = play(true, false, false, ...after);
        const good = after.indexOf(true);
        const noticedAfterGood = good >= 0 && after.slice(good).includes('notify');
        if (!noticedAfterGood) expect(bandIsUsable(state, true)).toBe(false);
      }),
    );
  });

  test('the grace of the first quarter over the reference is a switch', () => {
    const [state] = play(true, false);
    expect([bandIsUsable(state, true), bandIsUsable(state, false)]).toEqual([true, false]);
  });
});
