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

describe('assent exemption backtest', () => {
  const POLICY = JSON.parse(readFileSync(path.join(__dirname, '../../../../libs/domain/exemption/src/policy/default-policy.v1.json'), 'utf8')) as object;
  const HEADER = 'at,instrumentId,instrument,channel,initiator,amount,auth,fraud,monitoring,riskScore,riskFactor,trustedPayee';
  const file = (name: string, content: string): string => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  const narrow = () => file('narrow.json', JSON.stringify(POLICY));
  const wide = () =>
    file('wide.json', JSON.stringify({ ...POLICY, id: 'wide', consider: ['EX13', 'EX18', 'EX11', 'EX16'], audits: { yearlyOn: '2025-01-01', externalOn: '2025-01-01' } }));
  const paid = (over: Record<string, string> = {}): string => {
    const cells: Record<string, string> = {
      at: '2025-02-01T10:00:00Z', instrumentId: 'card-1', instrument: 'card', channel: 'remote', initiator: 'payer', amount: '20.00', auth: 'SCA', fraud: 'false',
      monitoring: 'true', riskScore: '5', riskFactor: 'false', trustedPayee: 'false', ...over,
    };
    return HEADER.split(',').map((name) => cells[name]).join(',');
  };
  interface Report {
    payments: number; skipped: number;
    policies: { paths: { path: string; payments: number; value: string; fraud: string }[]; exemptShare: number; projections: { projectedBasisPoints: number; observedBasisPoints: number; confidence95: number[]; band: string | null }[] }[];
    differences: { moves: { from: string; to: string; payments: number; value: string }[] }[];
  }
  const backtest = async (payments: string, ...policies: string[]): Promise<Report> => {
    const { code, out, words } = await run('backtest', '--payments', payments, ...policies.flatMap((policy) => ['--policy', policy]), '--json');
    if (code !== 0) throw new Error(words);
    return JSON.parse(out) as Report;
  };

  it('five payments of 20.00 are exempt on one card, the sixth is not, and its authentication begins anew', async () => {
    const { policies } = await backtest(file('p.csv', [HEADER, ...Array.from({ length: 8 }, () => paid())].join('\n')), narrow());
    expect(policies[0]!.paths.map(({ path: way, payments, value }) => [way, payments, value])).toEqual([['EX16', 7, '140.00'], ['SCA', 1, '20.00']]);
  });

  it('CSV and NDJSON of the same payments give the same report', async () => {
    const made = async (format: string) => (await run('generate', '--payments', '3000', '--seed', '42', '--format', format)).out;
    const csv = await backtest(file('y.csv', await made('csv')), narrow(), wide());
    const ndjson = await backtest(file('y.ndjson', await made('ndjson')), narrow(), wide());
    expect(ndjson).toEqual(csv);
    expect([csv.payments, csv.skipped, csv.policies[1]!.exemptShare > csv.policies[0]!.exemptShare]).toEqual([3000, 0, true]);
    expect(csv.policies.map(({ paths }) => paths.reduce((sum, { payments }) => sum + payments, 0))).toEqual([3000, 3000]);
  });

  it('the same seed gives the same payments, another seed others', async () => {
    const made = async (seed: string) => (await run('generate', '--payments', '200', '--seed', seed)).out;
    expect(await made('7')).toBe(await made('7'));
    expect(await made('7')).not.toBe(await made('8'));
  });

  it('says where two policies differ, and what it is worth', async () => {
    const payments = file('p.csv', [HEADER, paid({ trustedPayee: 'true', amount: '400.00' }), paid({ instrumentId: 'card-2' })].join('\n'));
    expect((await backtest(payments, narrow(), wide())).differences).toEqual([
      { against: 'narrow.json', policy: 'wide.json', moves: [{ from: 'SCA', to: 'EX13', payments: 1, value: '400.00' }] },
    ]);
  });

  it('risk analysis stands on the quarters before: none in the first, then as far as their rate allows', async () => {
    const quarter = (month: string, over: Record<string, string>) => paid({ at: `2025-${month}-01T00:00:00Z`, instrumentId: `card-${month}`, amount: '90.00', ...over });
    const payments = file('p.csv', [HEADER, quarter('01', { amount: '1000000.00' }), quarter('02', {}), quarter('04', {}), quarter('05', { riskFactor: 'true' }), quarter('06', { riskScore: '' })].join('\n'));
    const { policies } = await backtest(payments, wide());
    expect(policies[0]!.paths.map(({ path: way, payments: count }) => [way, count])).toEqual([['SCA', 4], ['EX18', 1]]);
  });

  it('projects what moves at the fraud rate of its new way, with an interval', async () => {
    const lines = [
      ...Array.from({ length: 100 }, (_, i) => paid({ instrumentId: `a${i}`, amount: '10.00', auth: 'EX16', fraud: String(i === 0) })),
      ...Array.from({ length: 100 }, (_, i) => paid({ instrumentId: `b${i}`, amount: '10.00' })),
    ];
    const [projection] = (await backtest(file('p.csv', [HEADER, ...lines].join('\n')), narrow())).policies[0]!.projections;
    expect([projection!.observedBasisPoints, projection!.projectedBasisPoints, projection!.band]).toEqual([50, 100, null]);
    expect(projection!.confidence95[0]).toBe(0);
    expect(projection!.confidence95[1]).toBeGreaterThan(200);
  });

  it('writes a page that loads nothing and takes no text for markup', async () => {
    const page = path.join(folder, 'report.html');
    const policy = file('<b>.json', JSON.stringify({ ...POLICY, id: '<script>' }));
    await run('backtest', '--payments', file('p.csv', [HEADER, paid()].join('\n')), '--policy', policy, '--html', page);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('<svg role="img"');
    expect(html).not.toMatch(/<script|<b>|https?:|src=/);
  });

  it('lines that cannot be read are left out, counted and named, without their content', async () => {
    const lines = [paid(), paid({ amount: '1,00' }), paid({ at: 'yesterday' }), paid({ auth: 'MAYBE' }), paid({ channel: 'pigeon' }), ''];
    const { code, out, words } = await run('backtest', '--payments', file('p.csv', [HEADER, ...lines].join('\n')), '--policy', narrow());
    expect([code, out.startsWith('1 payments'), out.includes('4 lines could not be read')]).toEqual([0, true, true]);
    expect(words).toMatch(/line 4 is left out: at is no time/);
    expect(words).not.toContain('pigeon');
  });

  it.each([
    ['no such file', ['--payments', path.join(folder, 'absent.csv')]],
    ['a header without amounts', ['--payments', file('h.csv', 'at,instrumentId\n')]],
    ['a policy that is none', ['--payments', file('ok.csv', `${HEADER}\n`), '--policy', file('bad.json', '{}')]],
  ])('wrong use: %s', async (_, args) => {
    expect(await run('backtest', '--policy', narrow(), ...args)).toMatchObject({ code: 2, out: '' });
  });

  it.each([
    ['--payments', 'many'],
    ['--payments', '1', '--format', 'xml'],
    ['--payments', '1', '--seed', '-1'],
  ])('wrong use: generate %s %s %s', async (...args) => {
    expect(await run('generate', ...args)).toMatchObject({ code: 2, out: '' });
  });

  it('wrong use: no policy', async () => {
    expect(await run('backtest', '--payments', file('ok.csv', `${HEADER}\n${paid()}\n`))).toMatchObject({ code: 2, out: '' });
  });
});
