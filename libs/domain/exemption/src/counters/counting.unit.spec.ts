import { PROFILES } from '../profile';
import type { Decision } from '../evaluate';
import { type Channel, type Facts, UNKNOWN_FACTS } from '../facts';
import { isAtMost, reduced, whole, ZERO } from '../fraction';
import { DEFAULT_SETTINGS } from '../settings';
import { countingOf, counterResetBy, executedWeight, weightInCounter, wholeBudget } from './counting';

const EU = PROFILES.get('EU')!;
const narrow = { ...DEFAULT_SETTINGS, counterScope: 'this_exemption_only' as const };
const decided = (decision: Decision['decision'], exemption: Decision['exemption'] = null): Decision => ({ decision, exemption, reasons: [], rules: [] });
const paying = (channel: Channel | null, more: Partial<Facts> = {}): Facts => ({ ...UNKNOWN_FACTS, channel, ...more });

describe('which counter a payment belongs to', () => {
  test.each([
    ['exempt and remote', decided('EXEMPT', 'EX16'), 'remote', { kind: 'lowValue', spends: true }],
    ['exempt by another rule', decided('EXEMPT', 'EX18'), 'remote', { kind: 'lowValue', spends: true }],
    ['to be authenticated', decided('SCA_REQUIRED'), 'remote', { kind: 'lowValue', spends: false }],
    ['contactless', decided('EXEMPT', 'EX11'), 'contactless_pos', { kind: 'contactless', spends: true }],
    ['contactless, exempt as a fare', decided('EXEMPT', 'EX12'), 'contactless_pos', { kind: 'contactless', spends: true }],
    ['chip and PIN', decided('EXEMPT', 'EX12'), 'contact_pos', null],
    ['on an unknown channel', decided('EXEMPT', 'EX15'), null, { kind: 'lowValue', spends: true }],
    ['out of scope', decided('OUT_OF_SCOPE'), 'remote', null],
    ['one leg out', decided('SCA_BEST_EFFORT'), 'remote', null],
  ] as const)('%s, as the article says it', (_name, decision, channel, counting) => {
    expect(countingOf(decision, paying(channel), DEFAULT_SETTINGS)).toEqual(counting);
  });

  test.each([
    ['EX16', 'remote', { kind: 'lowValue', spends: true }],
    ['EX11', 'contactless_pos', { kind: 'contactless', spends: true }],
    ['EX18', 'remote', null],
    ['EX12', 'contactless_pos', null],
  ] as const)('%s in the narrow reading', (exemption, channel, counting) => {
    expect(countingOf(decided('EXEMPT', exemption), paying(channel), narrow)).toEqual(counting);
    expect(countingOf(decided('SCA_REQUIRED'), paying(channel), narrow)).toBeNull();
  });

  test('what is no payment is in no counter', () => {
    expect(countingOf(decided('SCA_REQUIRED'), paying('remote', { action: 'login' }), DEFAULT_SETTINGS)).toBeNull();
  });
});

describe('what an authentication resets', () => {
  test.each([
    ['payment', 'remote', 'lowValue'],
    ['payment', 'contactless_pos', 'contactless'],
    ['payment', 'contact_pos', 'contactless'],
    ['payment', null, null],
    ['login', 'remote', null],
    ['series_create', 'remote', null],
  ] as const)('%s, %s: %s', (action, channel, kind) => {
    expect(counterResetBy(action, channel)).toBe(kind);
  });
});

describe('what a payment weighs', () => {
  const inSek = paying('remote', { amount: { minor: 22_001n, currency: 'SEK' }, rate: { unitsPerBase: whole(11n), ageHours: 1 } });

  test('its amount in the currency of the regime, unrounded', () => {
    expect(weightInCounter('lowValue', inSek, EU, DEFAULT_SETTINGS)).toEqual(reduced(22_001n, 11n));
  });

  test('more than the whole budget where nobody can convert it', () => {
    const weight = weightInCounter('lowValue', { ...inSek, rate: null }, EU, DEFAULT_SETTINGS);
    expect(isAtMost(weight, whole(EU.lowValue.cumulative))).toBe(false);
    expect(weight).toEqual(wholeBudget('lowValue', EU));
    expect(wholeBudget('contactless', PROFILES.get('UK_2026')!)).toEqual(ZERO);
  });

  test('in proportion, where less or more was executed than decided', () => {
    const payment = { money: { minor: 22_001n, currency: 'SEK' }, weight: reduced(22_001n, 11n) };
    expect(executedWeight(payment, { minor: 11_000n, currency: 'SEK' })).toEqual(whole(1000n));
    expect(executedWeight(payment, { minor: 33_000n, currency: 'SEK' })).toEqual(whole(3000n));
    expect(executedWeight(payment, { minor: 11_000n, currency: 'EUR' })).toBeNull();
    expect(executedWeight({ ...payment, money: { minor: 0n, currency: 'SEK' } }, { minor: 1n, currency: 'SEK' })).toBeNull();
  });
});
