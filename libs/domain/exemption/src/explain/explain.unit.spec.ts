import { readFileSync } from 'node:fs';
import path from 'node:path';
import { whole } from '../fraction';
import type { DecisionVector } from '../vectors/vector-file';
import { explain, ORDINARY_FACTS } from './explain';

const file = JSON.parse(readFileSync(path.resolve(__dirname, '../../../../testing/vectors/exemption-vectors.json'), 'utf8')) as {
  defaults: Record<string, unknown>;
  decisionVectors: DecisionVector[];
};

describe('explaining', () => {
  test('the ordinary case is the published one', () => {
    const { asOf, ...defaults } = file.defaults;
    expect(ORDINARY_FACTS).toEqual(defaults);
    expect(asOf).toBeDefined();
  });

  test('agrees with every published vector, from its delta alone', () => {
    for (const { given, expect: expected } of file.decisionVectors) {
      const answer = explain(given);
      expect(answer.ok && { decision: answer.value.decision, exemption: answer.value.exemption, reasons: answer.value.reasons }).toEqual(expected);
    }
  });

  test('leads from a refusal to the article and to what the rule saw', () => {
    const answer = explain({ amount: { value: '30.01', currency: 'EUR' } });
    const rule = answer.ok ? answer.value.rules.find(({ rule: id }) => id === 'EX16') : undefined;
    expect(rule).toMatchObject({
      article: 'RTS Article 16',
      passed: false,
      reasons: [{ code: 'AMOUNT_OVER_LIMIT', text: 'The amount exceeds the limit for one payment' }],
      evidence: { amount: '30.01 EUR', singleLimit: '30.00 EUR' },
    });
    expect(answer.ok && answer.value.assumed).not.toContain('amount');
    expect(answer.ok && answer.value.assumed).toContain('channel');
  });

  test('live counters go before written ones', () => {
    const given = { counters: { lowValue: { cumulative: '0.00', count: 0 } } };
    expect(explain(given)).toMatchObject({ value: { decision: 'EXEMPT' } });
    expect(explain(given, { lowValue: { amount: whole(9000n), count: 3 } })).toMatchObject({
      value: { decision: 'SCA_REQUIRED', reasons: ['CUMULATIVE_OVER_LIMIT'] },
    });
  });

  test('a wrong field is named', () => {
    expect(explain({ amount: { value: '1', currency: 'EUR' } })).toMatchObject({ ok: false, error: [{ field: 'amount' }] });
  });
});
