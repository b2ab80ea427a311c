import { readFileSync } from 'node:fs';
import path from 'node:path';
import { reduced } from './fraction';
import { readFacts, withDefaults } from './read-facts';

const { defaults } = JSON.parse(readFileSync(path.resolve(__dirname, '../../../testing/vectors/exemption-vectors.json'), 'utf8')) as {
  defaults: Record<string, unknown>;
};
const read = (given: unknown) => readFacts(withDefaults(given, defaults));
const fieldsOf = (given: unknown): string[] => {
  const answer = read(given);
  return answer.ok ? [] : answer.error.map(({ field }) => field);
};

describe('facts that somebody wrote down', () => {
  test('given nothing but the defaults, then they are read', () => {
    const answer = read({});
    expect(answer.ok && [answer.value.facts.amount, answer.value.profile.id, answer.value.consider]).toEqual([
      { minor: 2000n, currency: 'EUR' },
      'EU',
      ['EX16'],
    ]);
  });

  test('a counter may have more decimals than its currency', () => {
    const answer = read({ counters: { lowValue: { cumulative: '30.00475', count: 1 } } });
    expect(answer.ok && answer.value.facts.counters.lowValue).toEqual({ amount: reduced(300_047_5n, 1000n), count: 1 });
  });

  test.each([
    ['a misspelt fact', { chanel: 'remote' }, ''],
    ['a misspelt fact inside another', { terminal: { unatended: true } }, 'terminal'],
    ['a misspelt switch', { config: { counterreading: 'literal' } }, 'config'],
    ['an unknown profile', { profile: 'CH' }, 'profile'],
    ['a profile of the prototype', { profile: 'constructor' }, 'profile'],
    ['money as a number', { amount: { value: 20, currency: 'EUR' } }, 'amount.value'],
    ['money with too few decimals', { amount: { value: '20.0', currency: 'EUR' } }, 'amount'],
    ['negative money', { amount: { value: '-20.00', currency: 'EUR' } }, 'amount'],
    ['an unknown currency', { amount: { value: '20.00', currency: 'XXX' } }, 'amount'],
    ['a rate of zero', { fx: { unitsPerBase: '0.0000', ageHours: 1 } }, 'fx.unitsPerBase'],
    ['a rate in exponents', { fx: { unitsPerBase: '1e3', ageHours: 1 } }, 'fx.unitsPerBase'],
    ['a rate from the future', { fx: { unitsPerBase: '1', ageHours: -1 } }, 'fx.ageHours'],
    ['a counter that is no decimal', { counters: { lowValue: { cumulative: '1,00', count: 1 } } }, 'counters.lowValue.cumulative'],
    ['half a payment', { counters: { lowValue: { cumulative: '1.00', count: 0.5 } } }, 'counters.lowValue.count'],
    ['an unknown exemption', { consider: ['EX99'] }, 'consider.0'],
    [
      'a local limit of another form',
      { localThresholds: { SEK: { lowValue: { single: '300', cumulative: '1000.00', count: 5 } } } },
      'localThresholds.SEK.lowValue.single',
    ],
    ['a fraud rate that is no money', { tra: { fraudRate: { fraudValue: '1', totalValue: '2.00' } } }, 'tra.fraudRate.fraudValue'],
  ])('%s is refused, by its name', (_name, given, field) => {
    expect(fieldsOf(given)).toEqual([field]);
  });

  test.each([[null], ['facts'], [7], [[]]])('%j is no facts', (given) => {
    expect(read(given).ok).toBe(false);
  });

  test('a name of the prototype is refused like any other', () => {
    expect(fieldsOf(JSON.parse('{"__proto__": {"moto": true}}'))).toEqual(['']);
  });

  test('a refusal never repeats what was written', () => {
    const answer = read({ amount: { value: 'ES9121000418450200051332', currency: 'EUR' }, instrument: 'ES9121000418450200051332' });
    expect(JSON.stringify(answer)).not.toContain('ES91');
  });
});
