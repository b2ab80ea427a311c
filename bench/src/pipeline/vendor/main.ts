import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool } from 'undici';
import { nowMs } from '../clock';
import { ACCOUNT, createdOf, decisionOf, type SessionFacts, sortedJson, webhookOf } from './didit-shapes';

/**
 * The stub vendor that every variant talks to: create, decision, delete, and signed webhooks, at once and as cheaply as Node can. It is told over its own
 * call which payers have passed the check (`POST /finish`), and notes when it first sent each webhook. Not faithful in any other way: see apps/didit-sandbox.
 */
const sessions = new Map<string, SessionFacts>();
const finished = new Set<string>();
let posted: [string, number][] = [];
let refused = 0;
let retried = 0;
let target: { readonly pool: Pool; readonly path: string } | null = null;
let origin = '';

const RETRIES_MAX = 5;
const RETRY_MS = 1000;

function deliver(id: string, eventId: string, attempt: number): void {
  const session = sessions.get(id);
  if (session === undefined || target === null) return;
  const seconds = Math.floor(Date.now() / 1000);
  const body = webhookOf(session, eventId, seconds);
  const signature = createHmac('sha256', ACCOUNT.webhookSecret).update(body).digest('hex');
  if (attempt === 0) posted.push([id, nowMs()]);
  const again = (): void => {
    if (attempt >= RETRIES_MAX) refused++;
    else {
      retried++;
      setTimeout(() => deliver(id, eventId, attempt + 1), RETRY_MS);
    }
  };
  const headers = { 'content-type': 'application/json', 'x-timestamp': String(seconds), 'x-signature': signature, 'x-signature-v2': signature };
  target.pool.request({ method: 'POST', path: target.path, headers, body }).then(async (answer) => {
    await answer.body.dump();
    if (answer.statusCode >= 500) again();
    else if (answer.statusCode >= 300) refused++;
  }, again);
}

function finish(body: string): void {
  for (const id of JSON.parse(body) as string[]) {
    finished.add(id);
    deliver(id, randomUUID(), 0);
  }
}

function create(body: string): string {
  const input = JSON.parse(body) as { vendor_data: string; metadata: unknown };
  const session = { id: randomUUID(), vendorData: input.vendor_data, metadata: sortedJson(input.metadata) };
  sessions.set(session.id, session);
  return createdOf(session, `${origin}/session/${session.id}`);
}

function answer(request: IncomingMessage, body: string): [status: number, body: string] {
  const path = request.url ?? '/';
  if (request.method === 'POST' && path === '/v3/session/') return [201, create(body)];
  if (request.method === 'POST' && path === '/finish') {
    finish(body);
    return [200, '{}'];
  }
  if (request.method === 'GET' && path.startsWith('/v3/sessions/')) return [200, '{"count":0,"next":null,"previous":null,"results":[]}'];
  const id = path.split('/')[3] ?? '';
  const session = sessions.get(id);
  if (session === undefined) return [404, '{"detail":"Not found."}'];
  if (request.method !== 'DELETE') return [200, decisionOf(session, finished.has(id) ? 'Approved' : 'Not Started')];
  sessions.delete(id);
  return [204, ''];
}

const server = createServer({ keepAliveTimeout: 30_000 }, (request: IncomingMessage, response: ServerResponse) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const [status, body] = answer(request, Buffer.concat(chunks).toString('utf8'));
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
});

/** What the benchmark asks: where webhooks go from now on, or what was sent since it last asked (which is then forgotten, sessions too). */
export type VendorQuestion = { readonly webhooksTo: string } | { readonly report: true };
export interface VendorReport {
  readonly posted: readonly (readonly [session: string, atMs: number])[];
  readonly refused: number;
  readonly retried: number;
}

process.on('message', (question: VendorQuestion) => {
  if ('webhooksTo' in question) {
    const url = new URL(question.webhooksTo);
    void target?.pool.destroy();
    target = { pool: new Pool(url.origin, { connections: 128, keepAliveTimeout: 3000 }), path: url.pathname };
    process.send?.({});
    return;
  }
  process.send?.({ posted, refused, retried } satisfies VendorReport);
  posted = [];
});
process.on('disconnect', () => process.exit());

server.listen(Number(process.argv[2]), '127.0.0.1', () => {
  const address = server.address();
  origin = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
  process.send?.({ origin });
});
