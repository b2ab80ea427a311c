import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { DecisionVector, JsonObject } from '../vectors/vector-file';
import { ruleFiles, rulesDocument } from './rules-document';

const ROOT = path.resolve(__dirname, '../../../../..');
const file = JSON.parse(readFileSync(path.join(ROOT, 'libs/testing/vectors/exemption-vectors.json'), 'utf8')) as { defaults: JsonObject; decisionVectors: DecisionVector[] };

describe('docs/rules.md', () => {
  test('says what the code says', () => {
    expect(readFileSync(path.join(ROOT, 'docs/rules.md'), 'utf8')).toBe(rulesDocument(file.decisionVectors, file.defaults));
  });

  test('names every rule, and no file that is not there', () => {
    const named = ruleFiles();
    expect(named.filter((name) => !existsSync(path.join(ROOT, 'libs/domain/exemption/src', name)))).toEqual([]);
    const rules = readdirSync(path.join(ROOT, 'libs/domain/exemption/src/rules')).filter((name) => /^(article|scope)-.*(?<!\.spec)\.ts$/.test(name));
    expect(rules.filter((name) => !named.includes(`rules/${name}`))).toEqual([]);
  });

  test('leads from a refusal to its rule: the reason stands under it', () => {
    const text = rulesDocument(file.decisionVectors, file.defaults);
    const [, section] = /^## EX16: ([\s\S]*?)\n## /m.exec(text) ?? [];
    expect(section).toContain('RTS Article 16');
    expect(section).toContain('`CUMULATIVE_OVER_LIMIT`');
  });
});
