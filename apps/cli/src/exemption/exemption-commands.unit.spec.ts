import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runAssent } from '../program';

const PUBLISHED = path.join(__dirname, '../../../../libs/testing/vectors/exemption-vectors.json');
const folder = mkdtempSync(path.join(tmpdir(), 'exemption-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]): Promise<{ code: number; out: string; words: string }> {
  let out = '';
  let words = '';
  const stdout = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => ((out += String(chunk)), true));
  const stderr = jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => ((words += String(chunk)), true));
  try {
    return { code: await runAssent(['exemption', ...args]), out, words };
  } finally {
    process.exitCode = undefined;
    stdout.mockRestore();
    stderr.mockRestore();
  }
}
const withFile = (content: unknown): string => {
  const file = path.join(folder, 'input.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
};
interface VectorFile {
  [collection: string]: { id: string; expect: Record<string, unknown>; steps: { expect: object }[]; timeline: { expect: object }[] }[];
}
const published = (): VectorFile => JSON.parse(readFileSync(PUBLISHED, 'utf8')) as VectorFile;

describe('assent exemption check', () => {
  it('passes every published vector of all eight collections', async () => {
    const { code, out, words } = await run('check', '--vectors', PUBLISHED);
    const lines = out.trim().split('\n').map((line) => JSON.parse(line) as { id: string; pass: boolean });
    expect(lines.filter(({ pass }) => !pass)).toEqual([]);
    expect([code, lines.length, words.endsWith('181 passed, 0 failed\n')]).toEqual([0, 181, true]);
  });

  it.each(['decisionVectors', 'dynamicLinkingVectors', 'authenticationCodeVectors', 'fraudRateVectors', 'transportVectors', 'liabilityVectors'])(
    'a wrong expectation in %s fails, and is named',
    async (collection) => {
      const file = published();
      const vector = file[collection]![0]!;
      vector.expect = { ...vector.expect, [Object.keys(vector.expect)[0]!]: 'something else' };
      const { code, words } = await run('check', '--vectors', withFile(file));
      expect([code, words.endsWith('180 passed, 1 failed\n'), words.startsWith(vector.id)]).toEqual([1, true, true]);
    },
  );

  it.each([
    ['sequenceVectors', 'steps'],
    ['cessationVectors', 'timeline'],
  ] as const)('a wrong step in %s fails', async (collection, steps) => {
    const file = published();
    file[collection]![0]![steps].at(-1)!.expect = { decision: 'EXEMPT' };
    expect(await run('check', '--vectors', withFile(file))).toMatchObject({ code: 1 });
  });

  it('a vector that cannot be read fails by itself', async () => {
    const file = { defaults: {}, decisionVectors: [{ id: 'X-1' }], sequenceVectors: [{ id: 'X-2', config: {}, steps: [{ op: 'fly', expect: {} }] }] };
    const { code, out, words } = await run('check', '--vectors', withFile(file));
    expect(out.trim().split('\n').map((line) => JSON.parse(line) as object)).toEqual([
      { id: 'X-1', pass: false, actual: { unreadable: 'given, expect' } },
      { id: 'X-2', pass: false, actual: { unreadable: expect.stringContaining('fly') as unknown } },
    ]);
    expect([code, words.endsWith('0 passed, 2 failed\n')]).toEqual([1, true]);
  });

  it.each([
    ['no JSON', '{'],
    ['a list', []],
    ['no vectors', { defaults: {} }],
    ['a collection that is no list', { decisionVectors: {} }],
  ])('wrong use: %s', async (_, content) => {
    expect(await run('check', '--vectors', withFile(content))).toMatchObject({ code: 2, out: '' });
  });

  it('wrong use: no such file', async () => {
    expect(await run('check', '--vectors', path.join(folder, 'absent.json'))).toMatchObject({ code: 2, out: '' });
  });
});

describe('assent exemption explain', () => {
  const tooMuch = { amount: { value: '30.01', currency: 'EUR' }, consider: ['EX13', 'EX16'] };

  it('says rule by rule what it saw and why not, and leads to the article', async () => {
    const { code, out } = await run('explain', '--facts', withFile(tooMuch));
    expect(code).toBe(1);
    expect(out).toMatch(/^SCA_REQUIRED /);
    expect(out).toMatch(/EX16 +RTS Article 16 +no +Low-value transactions\n {4}AMOUNT_OVER_LIMIT: The amount exceeds the limit for one payment\n/);
    expect(out).toContain('singleLimit=30.00 EUR');
    expect(out).toMatch(/not given, so the ordinary case: .*channel/);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(130);
  });

  it('says what exempts', async () => {
    const { code, out } = await run('explain', '--facts', withFile({ consider: ['EX16'] }));
    expect([code, /^EXEMPT by EX16/.test(out), /EX16 +RTS Article 16 +EXEMPTS/.test(out)]).toEqual([0, true, true]);
  });

  it('speaks JSON', async () => {
    const { code, out } = await run('explain', '--facts', withFile(tooMuch), '--json');
    expect([code, JSON.parse(out)]).toEqual([1, expect.objectContaining({ decision: 'SCA_REQUIRED', exemption: null })]);
  });

  it('wrong use: a misspelt fact is named', async () => {
    const { code, words } = await run('explain', '--facts', withFile({ terminal: { purpos: 'x' } }));
    expect([code, words]).toEqual([2, expect.stringContaining('purpos')]);
  });
});
