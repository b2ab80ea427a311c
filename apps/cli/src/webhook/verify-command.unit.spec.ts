import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runAssent } from '../program';

const PUBLISHED = path.join(__dirname, '../../../../libs/testing/vectors/didit-signature-vectors.json');
const SECRET = 'whsec_test_0123456789abcdefghijklmnopqrstuv';
const NOW = 1_774_970_000;
const BODY = `{"event_id":"e-1","status":"Approved","timestamp":${String(NOW)}}`;
const hmac = (message: string, secret = SECRET): string => createHmac('sha256', secret).update(message).digest('hex');

interface Run {
  readonly code: number;
  readonly lines: readonly { name: string; accepted: boolean; reason: string }[];
  readonly words: string;
}

describe('assent webhook verify', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vectors-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function run(file: string): Promise<Run> {
    let out = '';
    let words = '';
    const stdout = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => ((out += String(chunk)), true));
    const stderr = jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => ((words += String(chunk)), true));
    try {
      const code = await runAssent(['webhook', 'verify', '--vectors', file]);
      return { code, lines: out.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Run['lines'][number]), words };
    } finally {
      process.exitCode = undefined;
      stdout.mockRestore();
      stderr.mockRestore();
    }
  }
  const runOn = (content: unknown): Promise<Run> => {
    const file = path.join(folder, 'vectors.json');
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return run(file);
  };
  const delivery = (name: string, over: object = {}, headers: object = {}): object => ({
    name,
    secret: SECRET,
    headers: { 'x-timestamp': String(NOW), 'x-signature': hmac(BODY), ...headers },
    raw_body: BODY,
    now: NOW,
    expect: 'accept',
    ...over,
  });

  it('accepts every published vector', async () => {
    const { code, lines, words } = await run(PUBLISHED);
    expect(lines.map(({ accepted }) => accepted)).toEqual(Array(9).fill(true));
    expect([code, words]).toEqual([0, '9 passed, 0 failed\n']);
  });

  it.each(['x_signature', 'x_signature_v2', 'x_timestamp', 'raw_body'])('a published vector whose %s was changed fails', async (field) => {
    const file = JSON.parse(readFileSync(PUBLISHED, 'utf8')) as { vectors: Record<string, string>[] };
    const vector = file.vectors[1]!;
    vector[field] = vector[field]!.replace(/[0-9]/, (digit) => String((Number(digit) + 1) % 10));
    const { code, lines, words } = await runOn(file);
    expect(lines[1]).toMatchObject({ accepted: false });
    expect([code, words.endsWith('8 passed, 1 failed\n')]).toEqual([1, true]);
  });

  it('judges deliveries by their own secret, headers and moment, both ways', async () => {
    const { code, lines, words } = await runOn({
      vectors: [
        delivery('good'),
        delivery('good at the edge', { now: NOW + 300 }),
        delivery('stale', { now: NOW + 301, expect: 'reject' }),
        delivery('another secret', { secret: 'other', expect: 'reject' }),
        delivery('one of two secrets', { secret: ['other', SECRET] }),
        delivery('another header time', { expect: 'reject', now: NOW + 100 }, { 'x-timestamp': String(NOW + 100) }),
        delivery('upper case', { expect: 'reject' }, { 'x-signature': hmac(BODY).toUpperCase() }),
        delivery('simple alone', { expect: 'reject', headers: { 'x-timestamp': String(NOW), 'x-signature-simple': hmac(`${String(NOW)}::Approved:`) } }),
        delivery('header names in another case', { headers: { 'X-Timestamp': String(NOW), 'X-Signature-V2': hmac(BODY) } }),
      ],
    });
    expect(lines.map(({ name, reason }) => [name, reason])).toEqual([
      ['good', 'X-Signature'],
      ['good at the edge', 'X-Signature'],
      ['stale', 'TIMESTAMP_STALE'],
      ['another secret', 'SIGNATURE_INVALID'],
      ['one of two secrets', 'X-Signature'],
      ['another header time', 'TIMESTAMP_MISMATCH'],
      ['upper case', 'SIGNATURE_INVALID'],
      ['simple alone', 'SIGNATURE_SIMPLE_ALONE'],
      ['header names in another case', 'X-Signature-V2'],
    ]);
    expect([code, words]).toEqual([0, '9 passed, 0 failed\n']);
  });

  it('says which differ from what they expect', async () => {
    const { code, words } = await runOn([delivery('wanted no', { expect: 'reject' }), delivery('wanted yes', { secret: 'other' })]);
    expect(code).toBe(1);
    expect(words).toBe('wanted no: expected reject, but it was accepted (X-Signature)\nwanted yes: expected accept, but it was refused (SIGNATURE_INVALID)\n0 passed, 2 failed\n');
  });

  it.each([
    ['no JSON', 'no', 'not JSON'],
    ['no list', {}, 'vectors'],
    ['an empty list', [], 'no vector'],
    ['an expectation that nobody knows', [delivery('x', { expect: 'maybe' })], 'vectors[0]: expect'],
    ['no secret', [delivery('x', { secret: undefined })], 'vectors[0]: secret'],
    ['a body that is no text', [delivery('x', { raw_body: {} })], 'vectors[0]: raw_body'],
  ])('wrong use: %s', async (_, content, words) => {
    const run = await runOn(content);
    expect([run.code, run.lines]).toEqual([2, []]);
    expect(run.words).toContain(words);
  });

  it('wrong use: no such file, no file named', async () => {
    expect(await run(path.join(folder, 'absent.json'))).toMatchObject({ code: 2, lines: [] });
  });
});
