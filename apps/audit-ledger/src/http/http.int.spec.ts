import { createHash, createHmac, createPublicKey, randomUUID, verify } from 'node:crypto';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EVENT_EXAMPLES } from '@assent/contracts';
import { createService } from '@assent/platform';
import { isInfrastructureError } from '@assent/postgres';
import { Checkpointer } from '../checkpoints/checkpointer';
import { API_KEY, configFor, eventOf, LedgerUnderTest, OTHER_API_KEY, registry, type Replica, someEvents, WEAK_API_KEY } from '../ledger-under-test.spec';
import { LogIdentity } from '../log-identity';
import { EvidenceReader } from '../storage/evidence-reader';
import { LogReader } from '../storage/log-reader';
import { EvidenceController } from './evidence.controller';
import { LogsController } from './logs.controller';

@Module({})
class HttpOnly {}

let ledger: LedgerUnderTest;
let replica: Replica;
let app: NestFastifyApplication;

beforeAll(async () => {
  ledger = await LedgerUnderTest.create();
  replica = await ledger.replica();
  app = await createService({
    name: 'audit-ledger',
    module: {
      module: HttpOnly,
      controllers: [LogsController, EvidenceController],
      providers: [
        { provide: LogReader, useValue: replica.reader },
        { provide: EvidenceReader, useValue: replica.evidence },
        { provide: LogIdentity, useValue: replica.identity },
        { provide: Checkpointer, useValue: replica.checkpointer },
      ],
    },
    config: configFor(ledger.serviceUrl),
    gateways: registry(),
    isInfrastructureError,
    swagger: { title: 'ledger', description: 'under test' },
  });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
});
afterAll(async () => {
  await app.close();
  await ledger.drop();
});

async function get(url: string, key?: string) {
  const answer = await app.inject({ method: 'GET', url, headers: key === undefined ? {} : { authorization: `Bearer ${key}` } });
  return { status: answer.statusCode, headers: answer.headers, text: answer.body, json: (): unknown => JSON.parse(answer.body) };
}

const sha256 = (...parts: (string | Buffer)[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');

/**
 * What a stranger would write from the two documents alone: C2SP tlog-checkpoint and RFC 9162 section 2.1.3.2. Shares no code with the ledger.
 */
function strangersCheckpoint(note: string, verifierKey: string): { origin: string; size: number; root: Buffer } {
  const [text, signatures] = note.split('\n\n') as [string, string];
  const [name, , data] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(verifierKey)!.slice(1) as [string, string, string];
  const line = signatures.split('\n').find((each) => each.startsWith(`— ${name} `))!;
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes(data).subarray(1).toString('base64url') }, format: 'jwk' });
  expect(verify(null, Buffer.from(`${text}\n`), key, bytes(line.split(' ')[2]!).subarray(4))).toBe(true);
  const [origin, size, root] = text.split('\n') as [string, string, string];
  return { origin, size: Number(size), root: bytes(root) };
}

function strangersRoot(leaf: string, index: number, size: number, path: readonly Buffer[]): Buffer {
  let fn = BigInt(index);
  let sn = BigInt(size) - 1n;
  let r = sha256(Buffer.of(0), leaf);
  for (const p of path) {
    expect(sn).not.toBe(0n);
    if ((fn & 1n) === 1n || fn === sn) {
      r = sha256(Buffer.of(1), p, r);
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      r = sha256(Buffer.of(1), r, p);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  expect(sn).toBe(0n);
  return r;
}

interface Log {
  logId: string;
  origin: string;
  verifierKey: string;
  size: number;
}
interface Entry {
  index: number;
  leaf: string;
  leafHash: string;
}

describe('the log over HTTP', () => {
  const sizes = [0, 1, 2, 7, 8, 9, 300];
  const roots = new Map<number, Buffer>();

  beforeAll(async () => {
    for (const size of sizes) {
      const have = await replica.reader.size();
      if (size > have) await replica.record(...someEvents(size - have));
      await replica.checkpointer.cover(size);
      const { root } = strangersCheckpoint((await get('/v1/logs/main/checkpoint')).text, ((await get('/v1/logs')).json() as Log[])[0]!.verifierKey);
      roots.set(size, root);
    }
  });

  it('says which log there is, and gives a signed checkpoint of it as text', async () => {
    const [log] = ((await get('/v1/logs')).json() as Log[]);
    expect(log).toMatchObject({ logId: 'main', origin: 'ledger.example/main', size: 300 });
    const answer = await get('/v1/logs/main/checkpoint');
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(strangersCheckpoint(answer.text, log!.verifierKey)).toMatchObject({ origin: 'ledger.example/main', size: 300 });
    const earlier = await get('/v1/logs/main/checkpoint?sizeMax=299');
    expect(strangersCheckpoint(earlier.text, log!.verifierKey)).toMatchObject({ size: 9 });
  });

  it('proves every entry in trees of every signed size, to a stranger', async () => {
    for (const size of sizes.slice(1)) {
      for (let index = 0; index < size; index += size > 10 ? 23 : 1) {
        const entry = ((await get(`/v1/logs/main/entries/${index}`)).json() as Entry);
        const proof = ((await get(`/v1/logs/main/proofs/inclusion?index=${index}&size=${size}`)).json() as { index: number; size: number; leafHash: string; hashes: string[] });
        expect(proof).toMatchObject({ index, size, leafHash: entry.leafHash });
        expect(bytes(proof.leafHash).equals(sha256(Buffer.of(0), entry.leaf))).toBe(true);
        expect(strangersRoot(entry.leaf, index, size, proof.hashes.map(bytes)).equals(roots.get(size)!)).toBe(true);
      }
    }
  });

  it('proves that it only grew, between any two signed sizes', async () => {
    for (const to of sizes) {
      for (const from of sizes.filter((size) => size <= to)) {
        const proof = ((await get(`/v1/logs/main/proofs/consistency?from=${from}&to=${to}`)).json() as { from: number; to: number; hashes: string[] });
        expect(proof).toMatchObject({ from, to });
        if (from === 0 || from === to) expect(proof.hashes).toEqual([]);
        else expect(proof.hashes.length).toBeGreaterThan(0);
      }
    }
  });

  it('gives ranges of entries, bounded', async () => {
    const range = ((await get('/v1/logs/main/entries?from=5&to=12')).json() as { from: number; to: number; entries: Entry[] });
    expect(range.entries.map(({ index }) => index)).toEqual([5, 6, 7, 8, 9, 10, 11]);
    const long = ((await get('/v1/logs/main/entries?from=0&to=9007199254740991')).json() as { from: number; to: number; entries: Entry[] });
    expect([long.from, long.to, long.entries.length]).toEqual([0, 1000, 300]);
    for (const { leaf, leafHash } of long.entries) expect(bytes(leafHash).equals(sha256(Buffer.of(0), leaf))).toBe(true);
  });

  it.each([
    ['/v1/logs/main/entries/300', 404, 'ENTRY_NOT_FOUND'],
    ['/v1/logs/main/entries/-1', 400, 'REQUEST_INVALID'],
    ['/v1/logs/main/entries/01', 400, 'REQUEST_INVALID'],
    ['/v1/logs/main/entries/1e3', 400, 'REQUEST_INVALID'],
    ['/v1/logs/main/entries/9007199254740992', 400, 'REQUEST_INVALID'],
    ['/v1/logs/main/entries/1%27;drop', 400, 'REQUEST_INVALID'],
    ['/v1/logs/main/entries', 400, 'REQUEST_INVALID'],
    ['/v1/logs/main/entries?from=5&to=5', 400, 'REQUEST_INVALID'],
    ['/v1/logs/main/entries?from=5&from=6&to=9', 400, 'REQUEST_INVALID'],
    ['/v1/logs/main/proofs/inclusion?index=300&size=300', 400, 'REQUEST_INVALID'],
    ['/v1/logs/main/proofs/inclusion?index=300', 400, 'REQUEST_INVALID'],
    ['/v1/logs/main/proofs/inclusion?size=3', 400, 'REQUEST_INVALID'],
    ['/v1/logs/main/proofs/inclusion?index=3&size=301', 404, 'SIZE_NOT_REACHED'],
    ['/v1/logs/main/proofs/inclusion?index=0&size=9007199254740991', 404, 'SIZE_NOT_REACHED'],
    ['/v1/logs/main/proofs/consistency?from=9&to=8', 400, 'REQUEST_INVALID'],
    ['/v1/logs/main/proofs/consistency?from=9', 400, 'REQUEST_INVALID'],
    ['/v1/logs/main/proofs/consistency?from=0&to=301', 404, 'SIZE_NOT_REACHED'],
    ['/v1/logs/other/checkpoint', 404, 'LOG_NOT_FOUND'],
    ['/v1/logs/other/entries/0', 404, 'LOG_NOT_FOUND'],
    ['/v1/logs/main%00/checkpoint', 404, 'LOG_NOT_FOUND'],
  ])('refuses %s', async (url, status, code) => {
    const answer = await get(url);
    expect([answer.status, answer.headers['content-type'], (answer.json() as { code: string }).code]).toEqual([status, 'application/problem+json; charset=utf-8', code]);
  });

  it('lets proofs and entries be kept, and checkpoints not', async () => {
    expect((await get('/v1/logs/main/entries/0')).headers['cache-control']).toContain('immutable');
    expect((await get('/v1/logs/main/proofs/inclusion?index=0&size=9')).headers['cache-control']).toContain('immutable');
    expect((await get('/v1/logs/main/proofs/inclusion?index=0')).headers['cache-control']).toBe('no-store');
    expect((await get('/v1/logs/main/checkpoint')).headers['cache-control']).toBe('no-cache');
  });
});

describe('evidence', () => {
  const request = EVENT_EXAMPLES['sca.requested.v1'];
  const session = randomUUID();
  const url = `/v1/gateways/demo/authentications/${request.authenticationId}/evidence`;

  interface Evidence {
    log: Log;
    checkpoint: { note: string; size: number };
    entries: {
      index: number;
      leaf: string;
      proof: { size: number; hashes: string[] };
      event: { topic: string; body: unknown; headers: Record<string, string>; exactBytes: string; commitmentKey: string } | null;
      missing: string | null;
    }[];
    nextFrom: number | null;
  }

  beforeAll(async () => {
    await replica.record(
      eventOf('sca.requested.v1'),
      ...someEvents(3),
      eventOf('sca.session.v1', { value: { ...EVENT_EXAMPLES['sca.session.v1'], vendorSessionId: session } }),
      eventOf('didit.event.v1', { key: session }),
      eventOf('didit.event.v1', { key: randomUUID() }),
      eventOf('sca.verdict.v1'),
      eventOf('payment.outcome.v1', { value: { ...EVENT_EXAMPLES['payment.outcome.v1'], authenticationId: request.authenticationId } }),
    );
  });

  it('holds every event of the authentication, its webhooks too, opened and proven', async () => {
    const answer = await get(url, API_KEY);
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    const { entries, checkpoint, log, nextFrom } = (answer.json() as Evidence);
    expect(entries.map(({ event }) => event?.topic)).toEqual(['sca.requested', 'sca.session', 'didit.event', 'sca.verdict', 'payment.outcome']);
    expect(entries[0]!.event!.body).toEqual(request);
    expect(nextFrom).toBeNull();
    const { root } = strangersCheckpoint(checkpoint.note, log.verifierKey);
    for (const { index, leaf, proof, event } of entries) {
      expect(strangersRoot(leaf, index, proof.size, proof.hashes.map(bytes)).equals(root)).toBe(true);
      // The key opens the commitment of the leaf to exactly the bytes that are handed out.
      const commitment = createHmac('sha256', bytes(event!.commitmentKey)).update(bytes(event!.exactBytes)).digest('base64');
      expect((JSON.parse(leaf) as { commitment: string }).commitment).toBe(commitment);
    }
  });

  it('goes on from an index', async () => {
    const all = ((await get(url, API_KEY)).json() as Evidence).entries;
    const rest = ((await get(`${url}?from=${all[2]!.index}`, API_KEY)).json() as Evidence).entries;
    expect(rest.map(({ index }) => index)).toEqual(all.slice(2).map(({ index }) => index));
  });

  it.each([
    ['without a key', url, undefined, 401, 'UNAUTHENTICATED'],
    ['with a key of nobody', url, 'key-of-nobody-0123456789', 401, 'UNAUTHENTICATED'],
    ['with a key that lacks the scope', url, WEAK_API_KEY, 403, 'SCOPE_MISSING'],
    ["with another gateway's key", url, OTHER_API_KEY, 404, 'EVIDENCE_NOT_FOUND'],
    ["of another gateway's authentication under the own name", url.replace('/demo/', '/other/'), OTHER_API_KEY, 404, 'EVIDENCE_NOT_FOUND'],
    ['of an authentication that never was', '/v1/gateways/demo/authentications/never-was-0001/evidence', API_KEY, 404, 'EVIDENCE_NOT_FOUND'],
    ['of an id that is none', '/v1/gateways/demo/authentications/x/evidence', API_KEY, 404, 'EVIDENCE_NOT_FOUND'],
  ])('is refused %s', async (_, at, key, status, code) => {
    const answer = await get(at, key);
    expect([answer.status, (answer.json() as { code: string }).code]).toEqual([status, code]);
  });

  it('says what is gone, and keeps leaf and proof: erased subject, dropped month, damaged bytes', async () => {
    const id = 'auth-to-be-erased';
    await replica.record(
      eventOf('sca.evidence.v1', { key: `demo:${id}`, headers: { ce_subjectref: 'e'.repeat(43) } }),
      eventOf('sca.evidence.v1', { key: `demo:${id}`, headers: { ce_subjectref: 'f'.repeat(43) } }),
      eventOf('sca.evidence.v1', { key: `demo:${id}`, headers: { ce_subjectref: 'f'.repeat(43) } }),
      eventOf('sca.evidence.v1', { key: `demo:${id}`, headers: { ce_subjectref: 'f'.repeat(43) } }),
    );
    const [first] = await ledger.rows<{ leaf_index: string }>('select min(leaf_index) as leaf_index from leaf where authentication = $1', [id]);
    const from = Number(first!.leaf_index);
    await ledger.tamper('delete from subject_key where holder = $1', [`subject:${'e'.repeat(43)}`]);
    await ledger.tamper('delete from sealed_event where leaf_index = $1', [from + 1]);
    await ledger.tamper('update sealed_event as s set sealed = o.sealed from sealed_event as o where s.leaf_index = $1 and o.leaf_index = $2', [from + 2, from + 3]);
    const { entries } = ((await get(`/v1/gateways/demo/authentications/${id}/evidence`, API_KEY)).json() as Evidence);
    expect(entries.map(({ missing }) => missing)).toEqual(['ERASED', 'DROPPED', 'DAMAGED', null]);
    expect(entries.map(({ event }) => event === null)).toEqual([true, true, true, false]);
    for (const { proof } of entries) expect(proof.hashes.length).toBeGreaterThan(0);
  });
});

describe('the documentation', () => {
  it('describes every call', async () => {
    const { paths } = ((await get('/openapi.json')).json() as { paths: Record<string, unknown> });
    expect(Object.keys(paths).filter((path) => path.startsWith('/v1')).sort()).toEqual([
      '/v1/gateways/{gatewayId}/authentications/{id}/evidence',
      '/v1/logs',
      '/v1/logs/{log}/checkpoint',
      '/v1/logs/{log}/entries',
      '/v1/logs/{log}/entries/{index}',
      '/v1/logs/{log}/proofs/consistency',
      '/v1/logs/{log}/proofs/inclusion',
    ]);
  });
});
