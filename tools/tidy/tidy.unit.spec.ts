import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

interface Rules {
  readonly RULES: Readonly<Record<string, unknown>>;
  violationsIn(file: string, text: string): { rule: string; line: number }[];
}

const samples = path.join(__dirname, 'samples');
/** The first line of a sample says as which file it is read; an empty sample is bad for its name alone. */
const read = (name: string): { as: string; text: string } => {
  const [first = '', ...rest] = readFileSync(path.join(samples, name), 'utf8').split('\n');
  return { as: first.replace('as: ', ''), text: rest.join('\n') };
};
const long = { 'file-length': 'x\n'.repeat(401), 'line-length': `const text = '${'x'.repeat(240)}';\n` };

describe('tidy', () => {
  let rules: Rules;
  beforeAll(async () => {
    rules = (await import(path.join(__dirname, 'rules.mjs'))) as Rules;
  });

  it.each(readdirSync(samples))('given %s, complains by the rule of that name and no other', (name) => {
    const { as, text } = read(name);
    const found = rules.violationsIn(as, text).map(({ rule }) => rule);
    expect([...new Set(found)]).toEqual([name.replace('.sample', '')]);
  });

  it.each(Object.entries(long))('given %s, complains', (rule, text) => {
    expect(rules.violationsIn('libs/x/src/x.ts', text).map((violation) => violation.rule)).toEqual([rule]);
  });

  it('has a failing sample for every rule', () => {
    const proved = [...readdirSync(samples).map((name) => name.replace('.sample', '')), ...Object.keys(long)];
    expect(proved.sort()).toEqual(Object.keys(rules.RULES).sort());
  });

  it('given ordinary code, is silent', () => {
    const text = "/** Common law is no file name. */\nimport x from '../sharing/x';\n// eslint-disable-next-line no-console -- the command's own output\nconst path = '/metrics';\n";
    expect(rules.violationsIn('libs/x/src/x.ts', text)).toEqual([]);
  });
});
