import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deadLetter, type RawRecord } from '@assent/contracts';
import { testKafka } from '@assent/testing';
import { type IHeaders, Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { runAssent } from '../../program';
import { operatorKafka, rangesOf, readRanges, withAdmin } from '../kafka';

const broker = testKafka();
/** Nobody else's: the broker holds other people's dead letters as well. */
const gateway = `gw-${randomBytes(6).toString('hex')}`;
const IBAN = 'ES9121000418450200051332';
let folder: string;
let producer: Producer;

beforeAll(async () => {
  await broker.createContractTopics({ kafkaGateways: ['demo'] });
  folder = mkdtempSync(path.join(tmpdir(), 'assent-dlq-'));
  writeFileSync(path.join(folder, 'stack.json'), JSON.stringify({ kafka: { brokers: broker.brokers }, services: {}, gateway: { id: gateway, apiKey: 'key' } }));
  producer = new Kafka({ brokers: broker.brokers, logLevel: logLevel.NOTHING }).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
});
afterAll(async () => {
  await producer.disconnect();
  rmSync(folder, { recursive: true });
});

/** Sets a message aside as a service does. Gives back its id in the dead-letter topic. */
async function setAside(over: { code?: 'HANDLER_FAILED' | 'BODY_INVALID'; headers?: Record<string, string>; value?: Buffer | null; authentication?: string } = {}): Promise<string> {
  const headers = { ce_id: randomUUID(), ce_source: `/gateways/${gateway}`, ce_type: 'sca.requested.v1', ...over.headers };
  const record: RawRecord = {
    topic: 'sca.requested',
    partition: 3,
    offset: '41',
    timestamp: Date.now(),
    key: Buffer.from(`${gateway}:${over.authentication ?? 'auth-00000001'}`),
    value: over.value === undefined ? Buffer.from(JSON.stringify({ payee: IBAN })) : over.value,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)])),
    repeatedHeaders: [['note', Buffer.from('first')]],
  };
  const letter = deadLetter(record, { code: over.code ?? 'HANDLER_FAILED', reason: 'The service failed.\u001b[2J', attempts: 5, firstAtMs: 0, lastAtMs: 1000, service: 'exemption-engine' });
  const sent: IHeaders = { ...letter.headers, note: ['first', 'second'] };
  const [stored] = await producer.send({ topic: letter.topic, acks: -1, messages: [{ key: letter.key, value: letter.value, headers: sent }] });
  return `${letter.topic}/${stored?.partition ?? 0}/${stored?.baseOffset ?? '0'}`;
}

async function run(...args: string[]): Promise<{ code: number; out: string; words: string }> {
  let out = '';
  let words = '';
  const stdout = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => ((out += Buffer.from(chunk as Buffer).toString()), true));
  const stderr = jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => ((words += String(chunk)), true));
  try {
    return { code: await runAssent(['dlq', ...(args.includes('--stack') ? args : [...args, '--stack', path.join(folder, 'stack.json')])]), out, words };
  } finally {
    process.exitCode = undefined;
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

const journal = (): string => path.join(folder, `${randomUUID()}.ndjson`);
const lines = (text: string): Record<string, unknown>[] => text.trim().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);

/** The messages that a redrive has put into the origin topic. */
async function redriven(): Promise<RawRecord[]> {
  const kafka = operatorKafka(broker.brokers);
  const found: RawRecord[] = [];
  await readRanges(kafka, await withAdmin(kafka, (admin) => rangesOf(admin, ['sca.requested'])), (record) => {
    if (record.key?.toString().startsWith(`${gateway}:`) === true) found.push(record);
  });
  return found;
}

describe('assent dlq list and show', () => {
  it('lists what fits the filter, oldest first, without a byte of its content', async () => {
    const first = await setAside();
    const second = await setAside({ code: 'BODY_INVALID', authentication: 'auth-00000002' });
    const all = await run('list', '--gateway', gateway, '--json');
    expect(all.code).toBe(0);
    expect(lines(all.out).map(({ id }) => id)).toEqual([first, second]);
    expect(lines(all.out)[0]).toMatchObject({ code: 'HANDLER_FAILED', origin: 'sca.requested/3/41', service: 'exemption-engine', attempts: 5, gatewayId: gateway, authenticationId: 'auth-00000001', redrives: 0, redrivenAt: null });
    expect(lines((await run('list', '--gateway', gateway, '--code', 'BODY_INVALID', '--json')).out).map(({ id }) => id)).toEqual([second]);
    expect(lines((await run('list', '--gateway', gateway, '--authentication', 'auth-00000002', '--json')).out)).toHaveLength(1);
    expect(lines((await run('list', '--gateway', gateway, '--topic', 'sca.decided', '--json')).out)).toEqual([]);
    expect(lines((await run('list', '--gateway', gateway, '--limit', '1', '--json')).out).map(({ id }) => id)).toEqual([second]);
    const table = await run('list', '--gateway', gateway);
    expect(table.out.split('\n')[1]).toMatch(new RegExp(`^${first.replaceAll('.', '\\.')}\\s+HANDLER_FAILED\\s+${gateway}`));
    expect(table.out + all.out).not.toContain(IBAN);
    expect(table.out).not.toContain('\u001b');
  }, 60_000);

  it('shows one, its content only where asked for, and says no where there is none', async () => {
    const id = await setAside();
    const plain = await run('show', id);
    expect(plain).toMatchObject({ code: 0, out: expect.stringContaining('HANDLER_FAILED') as string });
    expect(plain.out).not.toContain(IBAN);
    expect((await run('show', id, '--value')).out).toBe(JSON.stringify({ payee: IBAN }));
    const [described] = lines((await run('show', id, '--json', '--value')).out);
    expect(Buffer.from(String(described?.['value']), 'base64').toString()).toContain(IBAN);
    expect(await run('show', 'sca.requested.dlq/0/999999999')).toMatchObject({ code: 1, out: '' });
    for (const wrong of ['sca.requested/0/1', 'nonsense', 'sca.requested.dlq/0/x', '../../etc.dlq/0/1']) expect(await run('show', wrong)).toMatchObject({ code: 2 });
  }, 60_000);
});

describe('assent dlq redrive', () => {
  it('without --execute sends and records nothing', async () => {
    const id = await setAside();
    const before = (await redriven()).length;
    const record = journal();
    const { code, out, words } = await run('redrive', id, '--json', '--record', record);
    expect([code, lines(out)]).toEqual([0, [{ id, to: 'sca.requested', redrive: 1, code: 'HANDLER_FAILED', executed: false }]]);
    expect(words).toContain('a dry run');
    expect(() => readFileSync(record)).toThrow();
    expect(await redriven()).toHaveLength(before);
  }, 60_000);

  it('sends the same bytes back as a message of its own, with who and why, and writes that down once', async () => {
    const id = await setAside({ headers: { 'dlq-redrive': '2', 'traceparent': 'as it was' }, authentication: 'auth-execute-1' });
    const record = journal();
    const done = await run('redrive', id, '--execute', '--reason', 'ticket 4711', '--by', 'ada', '--json', '--record', record);
    expect(done.code).toBe(0);
    const [message] = (await redriven()).filter(({ key }) => key?.toString().endsWith('auth-execute-1') === true);
    const headers = Object.fromEntries(Object.entries(message?.headers ?? {}).map(([name, value]) => [name, value.toString()]));
    expect(headers).toMatchObject({ 'dlq-redrive': '3', 'redrive-by': 'ada', 'redrive-reason': 'ticket 4711', 'redrive-from': id, traceparent: 'as it was', note: 'second' });
    expect(Object.keys(headers).filter((name) => name.startsWith('dlq-'))).toEqual(['dlq-redrive']);
    expect(message?.repeatedHeaders?.map(([name, value]) => [name, value.toString()])).toEqual([['note', 'first']]);
    expect(message?.value?.toString()).toBe(JSON.stringify({ payee: IBAN }));
    const [entry] = lines(readFileSync(record, 'utf8'));
    expect(entry).toMatchObject({ by: 'ada', reason: 'ticket 4711', letter: id, code: 'HANDLER_FAILED', redrive: 3, to: expect.stringMatching(/^sca\.requested\/\d+\/\d+$/) as string });
    expect(JSON.stringify(entry)).not.toContain(IBAN);

    const again = await run('redrive', id, '--execute', '--reason', 'once more', '--record', record);
    expect(again).toMatchObject({ code: 1, out: '', words: expect.stringContaining('redriven from here before') as string });
    expect(lines((await run('list', '--authentication', 'auth-execute-1', '--gateway', gateway, '--record', record, '--json')).out)[0]?.['redrivenAt']).not.toBeNull();
    expect(await run('redrive', id, '--again', '--record', record)).toMatchObject({ code: 0 });
  }, 60_000);

  it('is capped, and takes the oldest', async () => {
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push(await setAside({ authentication: 'auth-capped-1' }));
    const { out, words } = await run('redrive', '--gateway', gateway, '--authentication', 'auth-capped-1', '--max', '2', '--json');
    expect(lines(out).map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(words).toContain('3 fit; the oldest 2 are taken');
  }, 60_000);

  it('a message without a value goes back without one', async () => {
    const id = await setAside({ value: null, authentication: 'auth-null-0001' });
    expect((await run('redrive', id, '--execute', '--reason', 'x', '--record', journal())).code).toBe(0);
    expect((await redriven()).find(({ key }) => key?.toString().endsWith('auth-null-0001') === true)?.value).toBeNull();
  }, 60_000);

  it.each([
    ['nothing chosen', []],
    ['no reason', ['sca.requested.dlq/0/0', '--execute']],
    ['an unknown code', ['--code', 'NOPE']],
    ['an unknown topic', ['--topic', 'orders']],
    ['a rate of none', ['--all', '--rate', '0']],
    ['a time that is none', ['--all', '--since', 'yesterday']],
    ['a reason of blanks', ['--all', '--execute', '--reason', '  ']],
  ])('wrong use: %s', async (_what, args) => {
    expect(await run('redrive', ...args)).toMatchObject({ code: 2, out: '' });
  });

  it('no broker: exit code 3', async () => {
    const file = path.join(folder, 'nowhere.json');
    writeFileSync(file, JSON.stringify({ kafka: { brokers: ['127.0.0.1:1'] }, services: {}, gateway: { id: gateway, apiKey: 'key' } }));
    expect(await run('redrive', '--all', '--stack', file)).toMatchObject({ code: 3, out: '' });
  }, 30_000);
});
