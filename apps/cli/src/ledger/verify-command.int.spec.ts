import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  appendLeaves,
  assembleProof,
  EMPTY_FRONTIER,
  type Frontier,
  type Hash,
  hashToBase64,
  leafHash,
  leafText,
  noteSigner,
  placeOfLeaf,
  planConsistency,
  planInclusion,
  rootOf,
  signCheckpoint,
} from '@assent/domain-ledger';
import { runAssent } from '../program';

const signer = noteSigner('ledger.example/main', Buffer.alloc(32, 1));
if (!signer.ok) throw new Error(signer.error);
const { verifier } = signer.value;

const leafNumber = (n: number): string =>
  leafText({
    type: 'sca.verdict.v1',
    source: '/services/auth-session',
    id: `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`,
    time: '2026-11-24T10:00:00.000Z',
    gateway: 'demo',
    authentication: null,
    subjectRef: null,
    commitment: Buffer.alloc(32, n).toString('base64'),
  });

/** A ledger behind HTTP that does what it is told, also the wrong thing. */
class Ledger {
  leaves: string[] = [];
  nodes: Hash[] = [];
  frontier: Frontier = EMPTY_FRONTIER;
  notes: { size: number; note: string }[] = [];
  answer: ((url: URL) => { status: number; body: string } | null) | null = null;
  requests = 0;
  private server: Server | undefined;

  grow(count: number, first = this.leaves.length): this {
    const texts = Array.from({ length: count }, (_, i) => leafNumber(first + i));
    const appended = appendLeaves(this.frontier, texts.map(leafHash));
    this.leaves.push(...texts);
    this.nodes.push(...appended.nodes);
    this.frontier = appended.frontier;
    if (signer.ok) this.notes.push({ size: this.frontier.size, note: signCheckpoint({ origin: verifier.name, size: this.frontier.size, root: rootOf(this.frontier) }, signer.value) });
    return this;
  }

  async listen(): Promise<string> {
    const server = createServer((request, response) => {
      this.requests += 1;
      const { status, body } = this.respond(new URL(request.url ?? '/', 'http://ledger'));
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private respond(url: URL): { status: number; body: string } {
    const special = this.answer?.(url) ?? null;
    if (special !== null) return special;
    const number = (name: string): number => Number(url.searchParams.get(name) ?? Number.MAX_SAFE_INTEGER);
    const stored = new Map(this.nodes.entries());
    const prove = (plan: ReturnType<typeof planInclusion>): string[] => {
      const proof = assembleProof(plan, stored);
      return proof.ok ? proof.value.map(hashToBase64) : [];
    };
    switch (url.pathname.replace('/v1/logs/main', '')) {
      case '/v1/logs':
        return json([{ logId: 'main', origin: verifier.name, verifierKey: verifier.text, size: this.frontier.size }]);
      case '/checkpoint': {
        const found = this.notes.findLast(({ size }) => size <= number('sizeMax'));
        return found === undefined ? { status: 404, body: JSON.stringify({ code: 'CHECKPOINT_NOT_FOUND' }) } : { status: 200, body: found.note };
      }
      case '/entries':
        return json({
          entries: this.leaves
            .map((leaf, index) => ({ index, leaf, leafHash: hashToBase64(this.nodes[placeOfLeaf(index)]!) }))
            .slice(number('from'), Math.min(number('to'), number('from') + 1000)),
        });
      case '/proofs/inclusion':
        return json({ hashes: prove(planInclusion(number('index'), number('size'))), leafHash: hashToBase64(this.nodes[placeOfLeaf(number('index'))]!) });
      case '/proofs/consistency':
        return json({ hashes: prove(planConsistency(number('from'), number('to'))) });
      default:
        return { status: 404, body: JSON.stringify({ code: 'NOT_FOUND' }) };
    }
  }
}
const json = (value: unknown) => ({ status: 200, body: JSON.stringify(value) });

let ledger: Ledger;
let url: string;
let folder: string;

beforeEach(async () => {
  ledger = new Ledger().grow(700).grow(800).grow(1);
  url = await ledger.listen();
  folder = await mkdtemp(path.join(tmpdir(), 'assent-verify-'));
});
afterEach(async () => {
  ledger.close();
  await rm(folder, { recursive: true });
});

/** Runs the command line as a shell would, without the process. */
async function run(...args: string[]): Promise<{ exit: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const stdout = jest.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  const stderr = jest.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
  try {
    return { exit: await runAssent(['ledger', 'verify', ...args]), out: out.join(''), err: err.join('') };
  } finally {
    process.exitCode = undefined;
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

describe('assent ledger verify', () => {
  it('says that an honest log is what was signed, in words or as JSON', async () => {
    const words = await run('--url', url, '--verifier-key', verifier.text);
    expect(words).toMatchObject({ exit: 0, err: '' });
    expect(words.out).toContain('entries    1501');
    const { exit, out } = await run('--url', `${url}/`, '--json');
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toEqual({ ok: true, logId: 'main', origin: verifier.name, verifierKey: verifier.text, size: 1501, rootHash: hashToBase64(rootOf(ledger.frontier)), proofs: 16, continues: null });
  });

  it('asks to pin a key that it only has from the ledger', async () => {
    expect((await run('--url', url)).err).toContain(`--verifier-key '${verifier.text}'`);
  });

  it('names the first bad entry and ends with 1', async () => {
    ledger.leaves[1234] = leafNumber(1);
    const { exit, out, err } = await run('--url', url, '--json');
    expect(exit).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ok: false, code: 'ENTRY_CHANGED', index: 1234 });
    expect(err).toContain('entry 1234');
  });

  it('finds what was changed together with the tree, between two checkpoints', async () => {
    ledger.leaves[900] = leafNumber(5);
    ledger.nodes[placeOfLeaf(900)] = leafHash(leafNumber(5));
    const { exit, out } = await run('--url', url, '--json');
    expect(exit).toBe(1);
    const { code, index } = JSON.parse(out) as { code: string; index: number };
    expect(code).toBe('ROOT_DIFFERS');
    expect([899, 900]).toContain(index);
  });

  it('remembers what it verified, and notices what was cut off or rewritten since', async () => {
    const state = path.join(folder, 'ledger.checkpoint');
    expect((await run('--url', url, '--state', state)).exit).toBe(0);
    expect(await readFile(state, 'utf8')).toBe(ledger.notes.at(-1)!.note);

    ledger.grow(99);
    const grown = await run('--url', url, '--state', state, '--json');
    expect(JSON.parse(grown.out)).toMatchObject({ ok: true, size: 1600, continues: 1501 });
    expect(grown.err).toBe('');

    const note = await readFile(state, 'utf8');
    Object.assign(ledger, { leaves: [], nodes: [], frontier: EMPTY_FRONTIER, notes: [] });
    ledger.grow(1550);
    const cut = await run('--url', url, '--state', state, '--json');
    expect([cut.exit, JSON.parse(cut.out)]).toMatchObject([1, { code: 'LOG_SHORTER', index: 1550, known: 1600 }]);

    Object.assign(ledger, { leaves: [], nodes: [], frontier: EMPTY_FRONTIER, notes: [] });
    ledger.grow(1700, 5);
    const rewritten = await run('--url', url, '--state', state, '--json');
    expect([rewritten.exit, JSON.parse(rewritten.out)]).toMatchObject([1, { code: 'LOG_REWRITTEN', known: 1600, index: null }]);
    expect(await readFile(state, 'utf8')).toBe(note);
  });

  it('refuses a checkpoint of another key than the pinned one', async () => {
    const other = noteSigner('ledger.example/main', Buffer.alloc(32, 2));
    const { exit, out } = await run('--url', url, '--json', '--verifier-key', other.ok ? other.value.verifier.text : '');
    expect([exit, JSON.parse(out)]).toMatchObject([1, { code: 'CHECKPOINT_REFUSED', reason: 'NOTE_UNSIGNED' }]);
  });

  it('finds the ledger of the stack that runs in the folder', async () => {
    const start = process.cwd();
    process.chdir(folder);
    try {
      expect(await run()).toMatchObject({ exit: 3, out: '' });
      await mkdir(path.join(folder, '.assent'));
      const stack = (services: object) => writeFile(path.join(folder, '.assent', 'stack.json'), JSON.stringify({ services, gateway: { id: 'demo', apiKey: 'key' } }));
      await stack({ 'audit-ledger': { url, pid: 1 } });
      expect((await run()).exit).toBe(0);
      await stack({});
      expect((await run()).exit).toBe(2);
    } finally {
      process.chdir(start);
    }
  });

  it('ends with 3 where nothing answers, or only 503', async () => {
    ledger.close();
    expect(await run('--url', url)).toMatchObject({ exit: 3, out: '' });
    const busy = new Ledger();
    busy.answer = () => ({ status: 503, body: '{"code":"UNAVAILABLE"}' });
    expect((await run('--url', await busy.listen())).exit).toBe(3);
    expect(busy.requests).toBe(3);
    busy.close();
  });

  it('ends with 2 on a log, key, address or state that is none', async () => {
    expect((await run('--url', url, '--log', 'other')).exit).toBe(2);
    await writeFile(path.join(folder, 'state'), 'not a note');
    expect((await run('--url', url, '--state', path.join(folder, 'state'))).exit).toBe(2);
    for (const args of [['--url', 'ftp://x'], ['--url', url, '--verifier-key', 'none'], ['--url', url, '--samples', 'many'], ['--url', url, '--unknown']]) {
      expect([args, await run(...args)]).toMatchObject([args, { exit: 2, out: '' }]);
    }
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['entries that are none', '{"entries":[{"index":"0"}]}'],
    ['no entries', '{}'],
  ])('takes %s for a failed check, never for a good log', async (_, body) => {
    ledger.answer = ({ pathname }) => (pathname.endsWith('/entries') ? { status: 200, body } : null);
    expect((await run('--url', url)).exit).toBe(1);
    ledger.answer = ({ pathname }) => (pathname.includes('/proofs/') ? { status: 200, body } : null);
    expect((await run('--url', url)).exit).toBe(1);
    ledger.answer = ({ pathname }) => (pathname.endsWith('/checkpoint') ? { status: 200, body } : null);
    expect((await run('--url', url)).exit).toBe(1);
  });
});
