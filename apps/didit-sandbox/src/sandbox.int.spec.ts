import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpDiditClient, verifyWebhook, readWebhookEvent, type WebhookEvent } from '@assent/didit';
import { Sandbox } from './server';

const API_KEY = 'sandbox-key-0123456789';
const SECRET = 'whsec_test_0123456789abcdefghijklmnopqrstuv';
const WORKFLOW = 'd1c2b3a4-0000-4000-8000-000000000001';
const APPLICATION = '5a1d9c34-8f7e-4b02-9a6d-3c2b1e0f4d55';
const METADATA = { amount: '247.50', currency: 'EUR', payee_name: 'José Müller 日本 😀' };
const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(64)]);

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A destination of webhooks that answers as it is told. */
class Destination {
  readonly received: Received[] = [];
  statuses: number[] = [];
  private readonly server: Server;
  private waiters: (() => void)[] = [];

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.received.push({ headers: request.headers, body: Buffer.concat(chunks) });
        response.statusCode = this.statuses.shift() ?? 200;
        response.end();
        for (const waiter of this.waiters) waiter();
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}/webhooks/didit`;
  }

  async gets(count: number): Promise<Received[]> {
    while (this.received.length < count) await new Promise<void>((resolve) => this.waiters.push(resolve));
    return this.received;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const eventOf = ({ headers, body }: Received): WebhookEvent => {
  const verified = verifyWebhook({ body, headers }, { secrets: [SECRET], nowMs: Date.now(), freshnessSeconds: 300 });
  if (!verified.ok) throw new Error(verified.error);
  const event = readWebhookEvent(verified.value);
  if (!event.ok) throw new Error(event.error);
  return event.value;
};

describe('didit-sandbox', () => {
  let destination: Destination;
  let sandbox: Sandbox;
  let client: HttpDiditClient;
  let url: string;

  beforeEach(async () => {
    destination = new Destination();
    const webhookUrl = await destination.listen();
    sandbox = new Sandbox({
      apiKey: API_KEY,
      applicationId: APPLICATION,
      workflowId: WORKFLOW,
      publicUrl: 'http://127.0.0.1:1',
      webhook: { url: webhookUrl, secret: SECRET, retryDelaysMs: [5, 20] },
    });
    url = `http://127.0.0.1:${String(await sandbox.listen('127.0.0.1', 0))}`;
    client = new HttpDiditClient({ baseUrl: url, apiKey: API_KEY, workflowId: WORKFLOW, timeoutMs: 2_000, failuresUntilOpen: 1_000 });
  });

  afterEach(async () => {
    await client.close();
    await sandbox.close();
    await destination.close();
  });

  const control = async (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${url}/sandbox/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const create = async (vendorData = 'demo/user-42', over: object = {}): Promise<string> => {
    const outcome = await client.createSession({ vendorData, callback: 'https://pay.example/return?x=1', metadata: METADATA, ...over });
    if (outcome.kind !== 'created') throw new Error(outcome.kind);
    return outcome.session.sessionId;
  };
  const finish = (id: string, scenario: string): Promise<Response> => control('POST', `sessions/${id}/finish`, { scenario });
  const decisionOf = async (id: string) => {
    const outcome = await client.fetchDecision(id);
    if (outcome.kind !== 'found') throw new Error(outcome.kind);
    return outcome.decision;
  };
  const raw = (path: string, init: RequestInit = {}): Promise<Response> => fetch(url + path, { redirect: 'manual', ...init, headers: { 'x-api-key': API_KEY } });

  describe('creating a session', () => {
    it('answers a session that is not started, with what was sent', async () => {
      const outcome = await client.createSession({ vendorData: 'demo/user-42', callback: 'https://pay.example/return', metadata: METADATA, locale: 'de-AT' });
      expect(outcome).toMatchObject({ kind: 'created', session: { status: 'Not Started', vendorData: 'demo/user-42', metadata: METADATA, workflowId: WORKFLOW } });
      if (outcome.kind === 'created') expect(outcome.session.url).toMatch(/^http:\/\/127\.0\.0\.1:1\/de\/session\/[\w-]{12}$/);
    });

    it('gives an unfinished session of the same payer again and overwrites its metadata', async () => {
      const first = await create();
      await client.createSession({ vendorData: 'demo/user-42', callback: 'https://pay.example/other', metadata: { amount: '9.00' } });
      expect(await decisionOf(first)).toMatchObject({ metadata: { amount: '9.00' }, liveness: null, faceMatches: null, deviceSignals: null });
      const { sessions } = (await (await control('GET', 'sessions')).json()) as { sessions: object[] };
      expect(sessions).toEqual([expect.objectContaining({ vendorSessionId: first, creates: 2, decisionReads: 1 })]);
    });

    it('makes a new session for another payer, after the end, and after a deletion', async () => {
      const first = await create('demo/a');
      expect(await create('demo/b')).not.toBe(first);
      await finish(first, 'approve');
      const second = await create('demo/a');
      expect(second).not.toBe(first);
      await client.deleteSession(second);
      expect(await create('demo/a')).not.toBe(second);
    });

    it('refuses as the vendor does, and the client understands it', async () => {
      const refused = async (over: object): Promise<unknown> => client.createSession({ vendorData: 'demo/x', callback: 'https://pay.example', metadata: null, ...over });
      await control('PUT', 'users/demo%2Fblocked', { blocked: true });
      expect(await refused({ vendorData: 'demo/blocked' })).toEqual({ kind: 'refused', code: 'PAYER_BLOCKED' });
      await control('PUT', 'defaults', { faces: 'enrolled' });
      expect(await refused({})).toEqual({ kind: 'refused', code: 'NO_ENROLLED_FACE' });
      expect(await refused({ portrait: Buffer.from('no picture') })).toEqual({ kind: 'refused', code: 'PORTRAIT_REFUSED' });
      expect(await refused({ portrait: Buffer.alloc(1024 * 1024 + 1) })).toEqual({ kind: 'refused', code: 'PORTRAIT_REFUSED' });
      expect(await refused({ portrait: JPEG })).toMatchObject({ kind: 'created' });
    });

    it('refuses a wrong key with 403 and another workflow with 400', async () => {
      const other = new HttpDiditClient({ baseUrl: url, apiKey: 'wrong-key', workflowId: WORKFLOW, timeoutMs: 2_000 });
      expect(await other.createSession({ vendorData: 'x', callback: 'https://pay.example', metadata: null })).toEqual({ kind: 'refused', code: 'FORBIDDEN' });
      await other.close();
      const answer = await raw('/v3/session/', { method: 'POST', body: JSON.stringify({ workflow_id: APPLICATION }) });
      expect([answer.status, await answer.json()]).toEqual([400, { workflow_id: 'Invalid workflow_id.' }]);
      const missing = await raw('/v3/session/', { method: 'POST', body: '{}' });
      expect([missing.status, await missing.json()]).toEqual([400, { workflow_id: ['This field is required.'] }]);
    });

    it('refuses the 601st create of a minute', async () => {
      await control('PUT', 'defaults', { rateLimit: true });
      for (let i = 0; i < 600; i++) await create(`demo/${String(i)}`);
      const answer = await raw('/v3/session/', { method: 'POST', body: '{}' });
      expect(answer.status).toBe(429);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answer.headers.get('x-ratelimit-limit')).toBe('600');
      expect(await client.createSession({ vendorData: 'demo/z', callback: 'https://pay.example', metadata: null })).toMatchObject({ kind: 'throttled' });
      await control('PUT', 'defaults', { rateLimit: false });
      await create('demo/z');
    });
  });

  describe('the router', () => {
    it('redirects a path without its slash, and answers a malformed id in HTML', async () => {
      const redirected = await raw('/v3/sessions');
      expect([redirected.status, redirected.headers.get('location')]).toEqual([301, '/v3/sessions/']);
      const malformed = await raw('/v3/session/not-a-uuid/decision/');
      expect([malformed.status, malformed.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    });

    it('looks a session up before it looks at the key', async () => {
      const unknown = await fetch(`${url}/v3/session/${APPLICATION}/decision/`);
      expect([unknown.status, await unknown.json()]).toEqual([404, { detail: 'Not found.' }]);
      const known = await fetch(`${url}/v3/session/${await create()}/decision/`);
      expect([known.status, await known.json()]).toEqual([403, { detail: 'You do not have permission to perform this action.' }]);
    });
  });

  describe('the end of a session', () => {
    it.each([
      ['approve', 'Approved', 'Approved', 'Approved'],
      ['decline_face_match_low_similarity', 'Declined', 'Approved', 'Declined'],
      ['review_face_match_borderline', 'In Review', 'Approved', 'In Review'],
      ['approve_with_face_in_review', 'Approved', 'Approved', 'In Review'],
    ])('%s: %s', async (scenario, status, liveness, face) => {
      const id = await create();
      await finish(id, scenario);
      expect(await decisionOf(id)).toMatchObject({ status, environment: 'sandbox', liveness: [{ status: liveness }], faceMatches: [{ status: face }] });
    });

    it('an approval can come without a face match, and a status can be one that nobody knows', async () => {
      const id = await create('demo/a');
      await finish(id, 'approve_without_face_match');
      expect(await decisionOf(id)).toMatchObject({ status: 'Approved', faceMatches: null });
      const odd = await create('demo/b');
      await finish(odd, 'unknown_status');
      expect(await decisionOf(odd)).toMatchObject({ status: { unknown: 'Paused By Provider' } });
    });

    it('comes once, and can be overturned by the API', async () => {
      const id = await create();
      await finish(id, 'approve');
      expect((await finish(id, 'approve')).status).toBe(409);
      const answer = await raw(`/v3/session/${id}/update-status/`, { method: 'PATCH', body: JSON.stringify({ new_status: 'Declined' }) });
      expect([answer.status, await answer.json()]).toEqual([200, { session_id: id }]);
      expect(await decisionOf(id)).toMatchObject({ status: 'Declined' });
      const events = (await destination.gets(2)).map(eventOf);
      expect(events.map(({ status }) => status).sort()).toEqual(['Approved', 'Declined']);
      expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(2);
    });

    it('after a deletion the session is gone, and a second deletion says so', async () => {
      const id = await create();
      expect(await client.deleteSession(id)).toEqual({ kind: 'deleted', wasThere: true });
      expect(await client.deleteSession(id)).toEqual({ kind: 'deleted', wasThere: false });
      expect(await client.fetchDecision(id)).toEqual({ kind: 'not_found' });
      expect((await finish(id, 'approve')).status).toBe(404);
      expect(await client.listSessions('demo/user-42')).toEqual({ kind: 'listed', sessions: [], complete: true });
    });

    it('sessions that end by themselves do so', async () => {
      await control('PUT', 'defaults', { scenario: 'approve' });
      const id = await create();
      expect((await destination.gets(1)).map(eventOf)).toMatchObject([{ sessionId: id, status: 'Approved' }]);
    });
  });

  describe('the hosted page', () => {
    it('starts the check, takes the choice without script, and sends the browser back', async () => {
      const outcome = await client.createSession({ vendorData: 'demo/user-42', callback: 'https://pay.example/return?x=1', metadata: METADATA });
      if (outcome.kind !== 'created') throw new Error(outcome.kind);
      const page = url + new URL(outcome.session.url).pathname;
      const shown = await (await fetch(page)).text();
      expect(shown).toContain('<form method="post"');
      expect(shown).not.toContain('247.50');
      expect(await decisionOf(outcome.session.sessionId)).toMatchObject({ status: 'In Progress' });
      const answer = await fetch(page, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ scenario: 'approve' }) });
      expect(answer.status).toBe(303);
      expect(answer.headers.get('location')).toBe(`https://pay.example/return?x=1&verificationSessionId=${outcome.session.sessionId}&status=Approved`);
      expect((await destination.gets(2)).map((received) => eventOf(received).status).sort()).toEqual(['Approved', 'In Progress']);
    });

    it('of an unknown or deleted session is not found', async () => {
      expect((await fetch(`${url}/session/AAAAAAAAAAAA`)).status).toBe(404);
    });
  });

  describe('webhooks', () => {
    it('carry the decision, the names of the deployment and three signatures', async () => {
      const id = await create();
      await finish(id, 'approve');
      const [received] = await destination.gets(1);
      expect(received!.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'DiditWebhook/2.0 +https://didit.me' });
      expect(eventOf(received!)).toMatchObject({ type: 'status.updated', sessionId: id, status: 'Approved', environment: 'sandbox', applicationId: APPLICATION, workflowId: WORKFLOW, vendorData: 'demo/user-42' });
      expect(received!.headers['x-signature']).not.toBe(received!.headers['x-signature-v2']);
      expect(JSON.parse(received!.body.toString())).toMatchObject({ metadata: METADATA, decision: { session_id: id, status: 'Approved' } });
    });

    it('are sent again on 5xx and 404, with the same event id, and then given up', async () => {
      destination.statuses = [503, 404, 500];
      await finish(await create(), 'approve');
      const events = (await destination.gets(3)).map(eventOf);
      expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(1);
      await untilCounts({ lost: 1, retried: 2 });
    });

    it.each([401, 410, 302])('are not sent again after %i', async (status) => {
      destination.statuses = [status];
      await finish(await create(), 'approve');
      await untilCounts({ attempts: 1, refused: 1, retried: 0 });
    });

    it('can be dropped, doubled and sent once more by hand', async () => {
      await control('PUT', 'defaults', { webhooks: 'drop' });
      await finish(await create('demo/a'), 'approve');
      await untilCounts({ dropped: 1, attempts: 0 });
      await control('PUT', 'defaults', { webhooks: 'duplicate', copies: 3 });
      const id = await create('demo/b');
      await finish(id, 'approve');
      await destination.gets(3);
      await control('PUT', 'defaults', { webhooks: 'deliver' });
      await control('POST', `sessions/${id}/resend`);
      expect(new Set((await destination.gets(4)).map((received) => eventOf(received).eventId)).size).toBe(1);
    });

    it('of the console are marked as a test', async () => {
      await control('POST', 'webhooks/test');
      expect((await destination.gets(1)).map(eventOf)).toMatchObject([{ isTest: true, hasVendorId: false }]);
    });

    const untilCounts = async (expected: object): Promise<void> => {
      for (;;) {
        const counts = (await (await control('GET', 'webhooks')).json()) as Record<string, number>;
        if (Object.entries(expected).every(([name, value]) => counts[name] === value)) return;
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
  });

  describe('faults', () => {
    it('answer errors without effect, and heal', async () => {
      await control('PUT', 'faults', { errorRate: 1, status: 503 });
      expect(await client.createSession({ vendorData: 'demo/a', callback: 'https://pay.example', metadata: null })).toEqual({ kind: 'unknown', reason: 'SERVER_ERROR' });
      await control('PUT', 'faults', {});
      expect(await client.listSessions('demo/a')).toEqual({ kind: 'listed', sessions: [], complete: true });
    });

    it('break the connection after the effect: the session exists, and is not made twice', async () => {
      await control('PUT', 'faults', { dropAfterProcessing: true });
      expect(await client.createSession({ vendorData: 'demo/a', callback: 'https://pay.example', metadata: null })).toEqual({ kind: 'unknown', reason: 'CONNECTION_LOST' });
      await control('PUT', 'faults', {});
      const listed = await client.listSessions('demo/a');
      expect(listed).toMatchObject({ kind: 'listed', sessions: [{ status: 'Not Started' }] });
      const { sessions } = (await (await control('GET', 'sessions?vendorData=demo%2Fa')).json()) as { sessions: object[] };
      expect(sessions).toMatchObject([{ creates: 1 }]);
    });

    it('overwrite the metadata that decisions and webhooks show', async () => {
      const id = await create();
      await control('PUT', 'faults', { overwriteMetadata: { amount: '9999.00' } });
      await finish(id, 'approve');
      expect(await decisionOf(id)).toMatchObject({ metadata: { ...METADATA, amount: '9999.00' } });
    });

    it('fall the same way under the same seed', async () => {
      const run = async (): Promise<string[]> => {
        await control('PUT', 'faults', { errorRate: 0.5, seed: 7 });
        const outcomes: string[] = [];
        for (let i = 0; i < 12; i++) outcomes.push((await client.listSessions('demo/a')).kind);
        return outcomes;
      };
      const first = await run();
      expect(new Set(first).size).toBe(2);
      expect(await run()).toEqual(first);
    });

    it.each([
      ['faults', { errorRate: 2 }],
      ['faults', { latency: 5 }],
      ['defaults', { scenario: 'no_such' }],
      ['defaults', { webhooks: 'sometimes' }],
      ['defaults', []],
    ])('and settings that nobody knows are refused: %s %j', async (path, body) => {
      expect((await control('PUT', path, body)).status).toBe(400);
    });
  });
});
