import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpDiditClient, type DiditClientOptions } from './client';
import type { CreateSessionInput } from './outcomes';

const WORKFLOW = 'd1c2b3a4-0000-4000-8000-000000000001';
const SESSION = '7c1e2d3f-4a5b-4c6d-8e9f-0a1b2c3d4e5f';
const KEY = 'canary-api-key-0123456789';
const INPUT: CreateSessionInput = { vendorData: 'demo/user-42', callback: 'https://pay.example/return', metadata: { amount: '247.50' } };
const CREATED = { session_id: SESSION, session_token: 'Zk3_pQ9aLm2X', url: 'https://verify.vendor.example/session/Zk3_pQ9aLm2X', vendor_data: 'demo/user-42', metadata: { amount: '247.50' }, status: 'Not Started', callback: null, workflow_id: WORKFLOW, workflow_version: 3 };

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly body: string;
}
type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A vendor that answers as a test says, request by request. */
class VendorDouble {
  readonly seen: Seen[] = [];
  handler: Handler = (_, response) => response.end('{}');
  private readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      this.seen.push({ method: request.method ?? '', path: request.url ?? '', key: request.headers['x-api-key']?.toString(), body });
      this.handler(request, response, body);
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** Answers with these, in order; then with the last for ever. */
  answers(...answers: { status: number; body?: unknown; headers?: Record<string, string> }[]): void {
    let at = 0;
    this.handler = (_, response) => {
      const { status, body, headers } = answers[Math.min(at++, answers.length - 1)]!;
      response.writeHead(status, headers);
      response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
    };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('client of the vendor', () => {
  let vendor: VendorDouble;
  let baseUrl: string;
  const clients: HttpDiditClient[] = [];
  const newClient = (over: Partial<DiditClientOptions> = {}): HttpDiditClient => {
    const client = new HttpDiditClient({ baseUrl, apiKey: KEY, workflowId: WORKFLOW, timeoutMs: 2_000, ...over });
    clients.push(client);
    return client;
  };

  beforeEach(async () => {
    vendor = new VendorDouble();
    baseUrl = await vendor.listen();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await vendor.close();
  });

  describe('create', () => {
    it('sends what is bound, with the key, once', async () => {
      vendor.answers({ status: 201, body: CREATED });
      const portrait = Buffer.from([0xff, 0xd8, 0xff]);
      const outcome = await newClient().createSession({ ...INPUT, locale: 'pt-br', portrait, expectedIpAddress: '203.0.113.9' });
      expect(outcome).toMatchObject({ kind: 'created', session: { sessionId: SESSION, status: 'Not Started', metadata: { amount: '247.50' } } });
      expect(JSON.stringify(outcome)).not.toContain('session_token');
      expect(vendor.seen).toMatchObject([{ method: 'POST', path: '/v3/session/', key: KEY }]);
      expect(JSON.parse(vendor.seen[0]!.body)).toEqual({
        workflow_id: WORKFLOW,
        vendor_data: 'demo/user-42',
        callback: 'https://pay.example/return',
        metadata: { amount: '247.50' },
        language: 'pt-BR',
        portrait_image: portrait.toString('base64'),
        expected_details: { ip_address: '203.0.113.9' },
      });
    });

    it.each([
      [{ vendor_data: 'This user or business has been blocked and cannot create new verification sessions.' }, 'PAYER_BLOCKED'],
      [{ vendor_data: ['This user or business has been blocked and cannot create new verification sessions.'] }, 'PAYER_BLOCKED'],
      [{ vendor_data: ['Too long.'] }, 'REQUEST_INVALID'],
      [{ detail: "You don't have enough credits to perform this request. Please top up at https://business.didit.me" }, 'OUT_OF_CREDITS'],
      [{ portrait_image: 'No stored face image was found for this user. Send a portrait_image, …' }, 'NO_ENROLLED_FACE'],
      [{ portrait_image: ['A portrait image is required to perform face match for this workflow.'] }, 'NO_ENROLLED_FACE'],
      [{ workflow_id: 'Invalid workflow_id.' }, 'WORKFLOW_INVALID'],
      [{ workflow_id: ['This field is required.'] }, 'WORKFLOW_INVALID'],
      [{ something: { new: true } }, 'REQUEST_INVALID'],
      ['<html>Bad Request</html>', 'REQUEST_INVALID'],
    ])('understands the refusal %j as %s', async (body, code) => {
      vendor.answers({ status: 400, body });
      expect(await newClient().createSession(INPUT)).toEqual({ kind: 'refused', code });
      expect(vendor.seen).toHaveLength(1);
    });

    it('tells a portrait that is unfit from one that is missing by what was sent', async () => {
      vendor.answers({ status: 400, body: { portrait_image: ['Image size exceeds 2MB.'] } });
      expect(await newClient().createSession({ ...INPUT, portrait: Buffer.alloc(8) })).toEqual({ kind: 'refused', code: 'PORTRAIT_REFUSED' });
    });

    it('refuses a portrait over its own limit without a call', async () => {
      expect(await newClient({ portraitBytesMax: 8 }).createSession({ ...INPUT, portrait: Buffer.alloc(9) })).toEqual({ kind: 'refused', code: 'PORTRAIT_REFUSED' });
      expect(vendor.seen).toEqual([]);
    });

    it('asks again without a language that the vendor does not have, and only then', async () => {
      vendor.answers({ status: 400, body: { language: ['Invalid language.'] } }, { status: 201, body: CREATED });
      expect(await newClient().createSession({ ...INPUT, locale: 'de' })).toMatchObject({ kind: 'created' });
      expect(vendor.seen.map(({ body }) => (JSON.parse(body) as { language?: string }).language)).toEqual(['de', undefined]);
    });

    it.each([
      [403, { detail: 'You do not have permission to perform this action.' }, 'FORBIDDEN'],
      [401, {}, 'FORBIDDEN'],
      [403, { error: 'Not enough credits' }, 'OUT_OF_CREDITS'],
    ])('%i %j is refused as %s', async (status, body, code) => {
      vendor.answers({ status, body });
      expect(await newClient().createSession(INPUT)).toEqual({ kind: 'refused', code });
    });

    it.each([
      ['7', 7_000],
      ['0', 1_000],
      ['99999999', 600_000],
      ['soon', 1_000],
      ['-5', 1_000],
    ])('waits as asked by Retry-After %s, within bounds', async (header, retryAfterMs) => {
      vendor.answers({ status: 429, body: { detail: 'Request was throttled.' }, headers: { 'retry-after': header } });
      expect(await newClient().createSession(INPUT)).toEqual({ kind: 'throttled', retryAfterMs });
    });

    it.each([500, 502, 503, 504])('%i: nobody knows, and it is not repeated', async (status) => {
      vendor.answers({ status, body: '<html>oops</html>' });
      expect(await newClient().createSession(INPUT)).toEqual({ kind: 'unknown', reason: 'SERVER_ERROR' });
      expect(vendor.seen).toHaveLength(1);
    });

    it('a broken connection: nobody knows, and it is not repeated', async () => {
      vendor.handler = (request) => request.socket.destroy();
      expect(await newClient().createSession(INPUT)).toEqual({ kind: 'unknown', reason: 'CONNECTION_LOST' });
      expect(vendor.seen).toHaveLength(1);
    });

    it('an answer that does not come: nobody knows', async () => {
      vendor.handler = () => undefined;
      expect(await newClient({ timeoutMs: 100 }).createSession(INPUT)).toEqual({ kind: 'unknown', reason: 'TIMEOUT' });
    });

    it('an answer that trickles past the time: nobody knows', async () => {
      vendor.handler = (_, response) => {
        response.writeHead(201);
        response.write('{');
      };
      expect(await newClient({ timeoutMs: 100 }).createSession(INPUT)).toEqual({ kind: 'unknown', reason: 'TIMEOUT' });
    });

    it.each([
      ['no JSON', 'created!'],
      ['a list', [CREATED]],
      ['no session id', { ...CREATED, session_id: undefined }],
      ['a session id that is none', { ...CREATED, session_id: '../../v3/users' }],
      ['no status', { ...CREATED, status: null }],
      ['a URL that is no web address', { ...CREATED, url: 'javascript:alert(1)' }],
      ['a URL in the clear', { ...CREATED, url: 'http://verify.vendor.example/session/x' }],
    ])('a 201 with %s: nobody knows', async (_, body) => {
      vendor.answers({ status: 201, body });
      expect(await newClient().createSession(INPUT)).toEqual({ kind: 'unknown', reason: 'ANSWER_UNREADABLE' });
    });

    it('a redirect is not followed: the key stays with the host', async () => {
      const elsewhere = new VendorDouble();
      const target = await elsewhere.listen();
      vendor.answers({ status: 307, headers: { location: `${target}/v3/session/` } });
      expect(await newClient().createSession(INPUT)).toEqual({ kind: 'unknown', reason: 'UNEXPECTED_STATUS' });
      expect(elsewhere.seen).toEqual([]);
      await elsewhere.close();
    });

    it('an answer without end is cut off', async () => {
      vendor.handler = (_, response) => {
        response.writeHead(201);
        response.end(Buffer.alloc(3 * 1024 * 1024, 0x20));
      };
      expect(await newClient().createSession(INPUT)).toEqual({ kind: 'unknown', reason: 'ANSWER_TOO_LARGE' });
    });

    it('a vendor that is not there: certainly nothing happened', async () => {
      await vendor.close();
      expect(await newClient().createSession(INPUT)).toEqual({ kind: 'unreached', reason: 'CONNECT_FAILED' });
    });
  });

  describe('decision and deletion', () => {
    it('are repeated once where the connection broke', async () => {
      let first = true;
      vendor.handler = (request, response) => {
        if (first) request.socket.destroy();
        else response.end(JSON.stringify({ session_id: SESSION, status: 'Approved' }));
        first = false;
      };
      expect(await newClient().fetchDecision(SESSION)).toMatchObject({ kind: 'found', decision: { status: 'Approved', liveness: null } });
      vendor.handler = (request) => request.socket.destroy();
      expect(await newClient().deleteSession(SESSION)).toEqual({ kind: 'unknown', reason: 'CONNECTION_LOST' });
      expect(vendor.seen).toHaveLength(4);
    });

    it('a decision about another session is none', async () => {
      vendor.answers({ status: 200, body: { session_id: WORKFLOW, status: 'Approved' } });
      expect(await newClient().fetchDecision(SESSION)).toEqual({ kind: 'unknown', reason: 'ANSWER_UNREADABLE' });
    });

    it.each([
      [{ status: 204 }, { kind: 'deleted', wasThere: true }],
      [{ status: 200, body: { session_id: SESSION, face_retention_outcome: 'deleted' } }, { kind: 'deleted', wasThere: true }],
      [{ status: 404, body: { detail: 'Not found.' } }, { kind: 'deleted', wasThere: false }],
      [{ status: 404, body: { detail: 'Session not found.' } }, { kind: 'deleted', wasThere: false }],
      [{ status: 404, body: '<html>Not Found</html>' }, { kind: 'unknown', reason: 'UNEXPECTED_STATUS' }],
      [{ status: 403, body: {} }, { kind: 'forbidden' }],
      [{ status: 500 }, { kind: 'unknown', reason: 'SERVER_ERROR' }],
      [{ status: 301, headers: { location: '/' } }, { kind: 'unknown', reason: 'UNEXPECTED_STATUS' }],
    ])('deletion answered by %j is %j', async (answer, outcome) => {
      vendor.answers(answer);
      expect(await newClient().deleteSession(SESSION)).toEqual(outcome);
    });

    it('a 404 that is not the API’s own proves nothing about a session', async () => {
      vendor.answers({ status: 404, body: '<html>Not Found</html>' });
      expect(await newClient().fetchDecision(SESSION)).toEqual({ kind: 'unknown', reason: 'UNEXPECTED_STATUS' });
    });

    it('an id that is none never becomes a path', async () => {
      await expect(newClient().fetchDecision('../users')).rejects.toThrow('invariant');
      expect(vendor.seen).toEqual([]);
    });
  });

  describe('list', () => {
    it('asks for one payer exactly, and takes only that payer’s', async () => {
      vendor.answers({ status: 200, body: { count: 2, next: null, previous: null, results: [{ session_id: SESSION, status: 'In Progress', vendor_data: 'demo/a&b' }, { session_id: WORKFLOW, status: 'Approved', vendor_data: 'demo/a' }] } });
      expect(await newClient().listSessions('demo/a&b')).toEqual({ kind: 'listed', complete: true, sessions: [{ sessionId: SESSION, status: 'In Progress', vendorData: 'demo/a&b', createdAt: null }] });
      expect(new URL(vendor.seen[0]!.path, baseUrl).searchParams.get('vendor_data')).toBe('demo/a&b');
    });

    it.each([
      [{ next: 'https://vendor.example/more', results: [] }],
      [{ next: null, results: [{ status: 'Not Started' }] }],
      [{ results: [] }],
    ])('is not complete where there may be more: %j', async (body) => {
      vendor.answers({ status: 200, body });
      expect(await newClient().listSessions('demo/a')).toMatchObject({ kind: 'listed', complete: false });
    });
  });

  describe('a vendor in trouble', () => {
    it('is left alone after failures in a row, and tried again after a pause', async () => {
      vendor.answers({ status: 500 });
      const client = newClient({ failuresUntilOpen: 3, openForMs: 50 });
      for (let i = 0; i < 3; i++) await client.listSessions('demo/a');
      expect(await client.listSessions('demo/a')).toEqual({ kind: 'unreached', reason: 'CIRCUIT_OPEN' });
      expect(vendor.seen).toHaveLength(3);
      vendor.answers({ status: 200, body: { next: null, results: [] } });
      let outcome = await client.listSessions('demo/a');
      while (outcome.kind !== 'listed') {
        await new Promise((resolve) => setTimeout(resolve, 5));
        outcome = await client.listSessions('demo/a');
      }
    });

    it('refusals and throttling do not count as trouble', async () => {
      vendor.answers({ status: 429 });
      const client = newClient({ failuresUntilOpen: 1 });
      for (let i = 0; i < 3; i++) expect(await client.listSessions('demo/a')).toMatchObject({ kind: 'throttled' });
    });

    it('holds no more callers than it is told to', async () => {
      const held: ServerResponse[] = [];
      vendor.handler = (_, response) => held.push(response);
      const client = newClient({ connectionsMax: 1, waitingMax: 1 });
      const waiting = [client.listSessions('demo/a'), client.listSessions('demo/b')];
      expect(await client.listSessions('demo/c')).toEqual({ kind: 'unreached', reason: 'BUSY' });
      while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
      vendor.answers({ status: 200, body: { next: null, results: [] } });
      held[0]!.end(JSON.stringify({ next: null, results: [] }));
      expect((await Promise.all(waiting)).map(({ kind }) => kind)).toEqual(['listed', 'listed']);
    });
  });

  it('tells what was called, how it ended and how long it took, and nothing else', async () => {
    vendor.answers({ status: 201, body: CREATED });
    const records: object[] = [];
    await newClient({ observe: (record) => records.push(record) }).createSession(INPUT);
    expect(records).toEqual([{ operation: 'create', outcome: 'created', milliseconds: expect.any(Number) as number }]);
  });

  it.each(['http://vendor.example', 'ftp://127.0.0.1', 'https://user:pass@vendor.example', 'https://vendor.example?x=1', 'vendor.example'])('does not start with the base URL %s', (url) => {
    expect(() => new HttpDiditClient({ baseUrl: url, apiKey: KEY, workflowId: WORKFLOW, timeoutMs: 100 })).toThrow();
  });
});
