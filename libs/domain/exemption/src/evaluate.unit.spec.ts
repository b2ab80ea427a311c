import { readFileSync } from 'node:fs';
import path from 'node:path';
import { formatMoney } from '@assent/kernel';
import fc from 'fast-check';
import { evaluate, type Regime } from './evaluate';
import { type Facts, UNKNOWN_FACTS } from './facts';
import { fractionOf, whole, ZERO } from './fraction';
import { PROFILES } from './profile';
import { readFacts, withDefaults } from './read-facts';
import { renderOutcome } from './render-evidence';
import { PAYMENT_EXEMPTION_IDS, type PaymentExemptionId } from './rule';
import { DEFAULT_SETTINGS, type Settings } from './settings';

const EU = PROFILES.get('EU')!;
const { defaults } = JSON.parse(readFileSync(path.resolve(__dirname, '../../../testing/vectors/exemption-vectors.json'), 'utf8')) as {
  defaults: Record<string, unknown>;
};
const regime = (consider: readonly PaymentExemptionId[], settings: Partial<Settings> = {}): Regime => ({
  profile: EU,
  settings: { ...DEFAULT_SETTINGS, ...settings },
  consider,
  considerDirectAccess: true,
});
const remote: Facts = {
  ...UNKNOWN_FACTS,
  instrument: 'card',
  channel: 'remote',
  initiator: 'payer',
  payerPsp: 'EEA',
  payeePsp: 'EEA',
  applicant: 'payer_psp',
  amount: { minor: 1250n, currency: 'EUR' },
  counters: { lowValue: { amount: ZERO, count: 0 }, contactless: { amount: ZERO, count: 0 } },
};

describe('what is unknown', () => {
  test('exempts nothing, whatever is considered, and never throws', () => {
    const decision = evaluate(UNKNOWN_FACTS, regime(PAYMENT_EXEMPTION_IDS));
    expect(decision.decision).toBe('SCA_REQUIRED');
    expect(decision.rules.filter(({ passed }) => passed)).toEqual([]);
  });

  test('an action that nobody has heard of has no exemption', () => {
    for (const action of ['', 'login', 'PAYMENT', 'payment ', 'account-access', 'toString', '__proto__'])
      expect(evaluate({ ...remote, action }, regime(['EX16']))).toMatchObject({ decision: 'SCA_REQUIRED', reasons: ['ACTION_NOT_EXEMPTIBLE'] });
  });

  test('a payment without a counter is not of low value', () => {
    const facts = { ...remote, counters: { lowValue: null, contactless: null } };
    expect(evaluate(facts, regime(['EX16']))).toMatchObject({ decision: 'SCA_REQUIRED', reasons: ['COUNTER_UNAVAILABLE'] });
    for (const channel of ['contact_pos', 'contactless_pos', null] as const)
      expect(evaluate({ ...facts, channel }, regime(['EX16']))).toMatchObject({ decision: 'SCA_REQUIRED', reasons: ['WRONG_CHANNEL'] });
  });

  test('a payment without an amount is of no low value', () => {
    expect(evaluate({ ...remote, amount: null }, regime(['EX16'])).reasons).toEqual(['AMOUNT_OVER_LIMIT']);
  });

  test.each([NaN, Infinity, 24.000001])('a rate that is %d hours old is stale', (ageHours) => {
    const facts: Facts = { ...remote, amount: { minor: 1000n, currency: 'SEK' }, rate: { unitsPerBase: whole(11n), ageHours } };
    expect(evaluate(facts, regime(['EX16'])).reasons).toEqual(['FX_RATE_STALE']);
  });

  test.each([NaN, Infinity, 30.5])('a risk score of %d is high', (score) => {
    const read = readFacts(withDefaults({ consider: ['EX18'], tra: { fraudRate: { fraudValue: '0.00', totalValue: '1.00' } } }, defaults));
    if (!read.ok) throw new Error('unreadable');
    const facts = { ...read.value.facts, riskAnalysis: { ...read.value.facts.riskAnalysis, score } };
    expect(evaluate(facts, regime(['EX18'])).reasons).toEqual(['RISK_SCORE_HIGH']);
  });

  test('not knowing whether there is a suspicion permits authentication instead of forbidding it', () => {
    const access = { via: 'aisp', first: false, daysSinceSca: 1, items: ['balance'], historyDays: 0, sensitive: false };
    const decide = (suspectedFraud: boolean | null) =>
      evaluate({ ...UNKNOWN_FACTS, action: 'account_access', access: { ...access, suspectedFraud } }, regime([]));
    expect(decide(false)).toMatchObject({ decision: 'SCA_PROHIBITED', exemption: 'EX10A' });
    expect(decide(null)).toMatchObject({ decision: 'SCA_PERMITTED', exemption: null, reasons: ['ACCESS_SUSPECTED_FRAUD'] });
    expect(decide(true)).toMatchObject({ decision: 'SCA_PERMITTED', exemption: null });
  });

  test.each([
    ['not_required', null, 'EXEMPT'],
    ['not_required', false, 'EXEMPT'],
    ['refuse_when_down', null, 'EXEMPT'],
    ['refuse_when_down', false, 'SCA_REQUIRED'],
    ['required', null, 'SCA_REQUIRED'],
    ['required', true, 'EXEMPT'],
  ] as const)('low value with the switch %s and monitoring %s: %s', (lowValueMonitoring, monitoringAvailable, decision) => {
    expect(evaluate({ ...remote, monitoringAvailable }, regime(['EX16'], { lowValueMonitoring })).decision).toBe(decision);
  });
});

describe('every decision', () => {
  const facts = fc.record({
    minor: fc.bigInt({ min: 1n, max: 70_000n }),
    currency: fc.constantFrom('EUR', 'SEK', 'JPY', 'BHD'),
    rate: fc.constantFrom('1', '11.0000', '165', '0.4100', '4.2500', '0.000001'),
    spent: fc.bigInt({ min: 0n, max: 11_000n }),
    count: fc.nat(7),
    channel: fc.constantFrom('remote' as const, 'contactless_pos' as const, 'contact_pos' as const, null),
    instrument: fc.constantFrom('card' as const, 'credit_transfer' as const, null),
    applicant: fc.constantFrom('payer_psp', 'payee_psp', 'gateway', null),
    payeePsp: fc.constantFrom('EEA' as const, 'OTHER' as const, null),
    fraudValue: fc.bigInt({ min: 0n, max: 20_000n }),
    score: fc.constantFrom(0, 30, 31, null),
  });
  const factsOf = (given: typeof facts extends fc.Arbitrary<infer T> ? T : never, minor: bigint): Facts => ({
    ...remote,
    amount: { minor, currency: given.currency },
    rate: { unitsPerBase: fractionOf(given.rate)!, ageHours: 1 },
    channel: given.channel,
    instrument: given.instrument,
    applicant: given.applicant,
    payeePsp: given.payeePsp,
    monitoringAvailable: true,
    counters: { lowValue: { amount: whole(given.spent), count: given.count }, contactless: { amount: whole(given.spent), count: given.count } },
    riskAnalysis: {
      ...UNKNOWN_FACTS.riskAnalysis,
      fraudRate: { fraudValue: given.fraudValue, totalValue: 10_000_000n },
      yearlyAudit: true,
      firstYearExternalAudit: true,
      flags: {
        abnormalSpending: false,
        unusualDevice: false,
        malware: false,
        knownFraudScenario: false,
        abnormalPayerLocation: false,
        highRiskPayeeLocation: false,
      },
      score: given.score,
    },
  });
  const settings = fc.record({
    counterReading: fc.constantFrom('inclusive' as const, 'literal' as const),
    lowValueMode: fc.constantFrom('amount' as const, 'count' as const),
    contactlessMode: fc.constantFrom('amount' as const, 'count' as const),
  });

  test('raising the amount never turns a required authentication into an exemption', () => {
    fc.assert(
      fc.property(facts, settings, fc.bigInt({ min: 0n, max: 50_000n }), (given, switches, more) => {
        const lower = evaluate(factsOf(given, given.minor), regime(['EX11', 'EX16', 'EX18'], switches));
        const higher = evaluate(factsOf(given, given.minor + more), regime(['EX11', 'EX16', 'EX18'], switches));
        if (higher.decision === 'EXEMPT') expect(lower.decision).toBe('EXEMPT');
      }),
      { numRuns: 3000 },
    );
  });

  test('says why, in agreement with the rules that it names', () => {
    fc.assert(
      fc.property(facts, settings, (given, switches) => {
        const decision = evaluate(factsOf(given, given.minor), regime(['EX11', 'EX16', 'EX18'], switches));
        expect(decision.reasons.length).toBeGreaterThan(0);
        expect(new Set(decision.reasons).size).toBe(decision.reasons.length);
        const passed = decision.rules.filter((rule) => rule.passed);
        if (decision.decision === 'SCA_REQUIRED') expect([...new Set(decision.rules.flatMap(({ reasons }) => reasons))]).toEqual(decision.reasons);
        else expect(passed.map(({ reasons }) => reasons)).toEqual([decision.reasons]);
        expect(JSON.parse(JSON.stringify(decision.rules.map(renderOutcome)))).toHaveLength(decision.rules.length);
      }),
      { numRuns: 1000 },
    );
  });

  /** Article 16 once more, from the decimal texts, by long multiplication and without any code of the engine. */
  function slowLowValue(
    amount: string,
    currency: string,
    rate: string,
    spent: string,
    count: number,
    switches: Pick<Settings, 'counterReading' | 'lowValueMode'>,
  ): boolean {
    const scaled = (text: string, places: number): bigint => {
      const [integer = '0', decimals = ''] = text.split('.');
      return BigInt(integer + decimals.padEnd(places, '0'));
    };
    const PLACES = 12;
    const UNIT = 10n ** BigInt(PLACES);
    const paid = scaled(amount, PLACES) * UNIT;
    const perBase = currency === 'EUR' ? UNIT : scaled(rate, PLACES);
    const limit = (text: string): bigint => scaled(text, PLACES) * perBase;
    const before = scaled(spent, PLACES) * perBase;
    const counted = switches.counterReading === 'inclusive';
    if (paid > limit('30')) return false;
    if (switches.lowValueMode === 'count') return count + (counted ? 1 : 0) <= 5;
    return before + (counted ? paid : 0n) <= limit('100');
  }

  test('agrees with a slow oracle in exact decimals', () => {
    const spentText = (minor: bigint): string => formatMoney({ minor, currency: 'EUR' });
    fc.assert(
      fc.property(facts, settings, (given, switches) => {
        const payment: Facts = { ...factsOf(given, given.minor), channel: 'remote', instrument: 'card', applicant: 'payer_psp', payeePsp: 'EEA' };
        const decision = evaluate(payment, regime(['EX16'], switches));
        const expected = slowLowValue(formatMoney(payment.amount!), given.currency, given.rate, spentText(given.spent), given.count, switches);
        expect(decision.decision).toBe(expected ? 'EXEMPT' : 'SCA_REQUIRED');
      }),
      { numRuns: 20_000 },
    );
  });

  test('is the same for the same facts in another order', () => {
    const reversed = <T extends object>(value: T): T => Object.fromEntries(Object.entries(value).reverse()) as T;
    fc.assert(
      fc.property(facts, settings, (given, switches) => {
        const inOrder = factsOf(given, given.minor);
        const outOfOrder = reversed({
          ...inOrder,
          counters: reversed(inOrder.counters),
          riskAnalysis: reversed({ ...inOrder.riskAnalysis, flags: reversed(inOrder.riskAnalysis.flags) }),
        });
        const bare = ({ decision, exemption, reasons }: ReturnType<typeof evaluate>) => ({ decision, exemption, reasons });
        expect(bare(evaluate(outOfOrder, regime(['EX16', 'EX18'], switches)))).toEqual(bare(evaluate(inOrder, regime(['EX16', 'EX18'], switches))));
      }),
    );
  });
});

describe('evidence', () => {
  test('shows what a rule used, money as the wire writes it and exact amounts exactly', () => {
    const facts: Facts = {
      ...remote,
      amount: { minor: 12_752n, currency: 'PLN' },
      rate: { unitsPerBase: fractionOf('4.2500')!, ageHours: 3 },
      counters: { ...remote.counters, lowValue: { amount: whole(2499n), count: 1 } },
    };
    const rule = evaluate(facts, regime(['EX16'])).rules.find(({ rule: id }) => id === 'EX16')!;
    expect(renderOutcome(rule)).toEqual({
      rule: 'EX16',
      passed: false,
      reasons: ['AMOUNT_OVER_LIMIT'],
      evidence: {
        channel: 'remote',
        applicant: 'payer_psp',
        monitoringAvailable: null,
        amount: '127.52 PLN',
        singleLimit: '30.00 EUR',
        counterMode: 'amount',
        counterReading: 'inclusive',
        spentAmount: '24.99 EUR',
        spentCount: 1,
        cumulativeLimit: '100.00 EUR',
        countLimit: 5,
        unitsPerBase: '4.25',
        rateAgeHours: 3,
      },
    });
  });
});
