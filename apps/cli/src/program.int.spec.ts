import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runAssent } from './program';

/** Stands where a service of the stack would, and answers as a test says. */
class Service {
  url = '';
  requests: { method: string; path: string; key: string | undefined; idempotency: string | undefined; body: unknown }[] = [];
  answer: (path: string) => { status: number; body: unknown } = () => ({ status: 200, body: { status: 'ok', checks: {} } });
  private readonly server: Server = createServer((request, response) => void this.handle(request, response));

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    this.requests.push({ method: request.method ?? '', path: request.url ?? '', key: request.headers.authorization, idempotency: request.headers['idempotency-key']?.toString(), body: text === '' ? null : (JSON.parse(text) as unknown) });
    const { status, body } = this.answer(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }
}

describe('assent against a running stack', () => {
  const start = process.cwd();
  let folder: string;
  let service: Service;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'assent-cli-'));
    mkdirSync(path.join(folder, '.assent'));
    process.chdir(folder);
    service = new Service();
    await service.listen();
    stack({ 'auth-session': service.url });
  });
  afterEach(async () => {
    process.chdir(start);
    await service.close();
    rmSync(folder, { recursive: true });
  });

  const stack = (services: Record<string, string>): void =>
    writeFileSync(
      path.join(folder, '.assent', 'stack.json'),
      JSON.stringify({ kafka: { brokers: [] }, services: Object.fromEntries(Object.entries(services).map(([name, url]) => [name, { url, pid: 1 }])), gateway: { id: 'demo', apiKey: 'stack-key' } }),
    );

  async function run(...args: string[]): Promise<{ code: number; out: string; words: string }> {
    let out = '';
    let words = '';
    const stdout = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => ((out += String(chunk)), true));
    const stderr = jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => ((words += String(chunk)), true));
    try {
      return { code: await runAssent(args), out, words };
    } finally {
      process.exitCode = undefined;
      stdout.mockRestore();
      stderr.mockRestore();
    }
  }
  describe('status', () => {
    it('says that all are ready', async () => {
      const { code, out } = await run('status', '--json');
      expect([code, JSON.parse(out)]).toEqual([0, { ok: true, services: [{ name: 'auth-session', url: service.url, reachable: true, live: true, ready: true, failing: [] }], findings: [] }]);
    });

    it('names the checks of one that is not ready', async () => {
      service.answer = (path) => (path.endsWith('live') ? { status: 200, body: {} } : { status: 503, body: { status: 'failing', checks: { postgres: 'failing', kafka: 'ok' } } });
      const { code, out } = await run('status');
      expect([code, out]).toEqual([1, expect.stringContaining('not ready: postgres')]);
    });

    it('tells one that cannot be reached, and a stack that does not run, from one that is not ready', async () => {
      stack({ 'auth-session': service.url, 'audit-ledger': 'http://127.0.0.1:1' });
      expect(await run('status')).toMatchObject({ code: 3, out: expect.stringContaining('not reachable') as string });
      rmSync(path.join(folder, '.assent'), { recursive: true });
      expect(await run('status')).toMatchObject({ code: 3, out: '', words: expect.stringContaining('npm start') as string });
    });

    it('does not take any file for a stack’s', async () => {
      writeFileSync(path.join(folder, '.assent', 'stack.json'), '{"services":[]}');
      expect(await run('status')).toMatchObject({ code: 2, out: '' });
    });
  });

  describe('authenticate', () => {
    const view = (over: object = {}): object => ({ authenticationId: 'auth-0001', state: 'PENDING', approvalUrl: null, verdict: null, createdAt: '2026-11-24T10:00:00.000Z', expiresAt: new Date(Date.now() + 60_000).toISOString(), ...over });
    const verdict = (outcome: string, mayProceed: boolean): object => ({ outcome, mayProceed, reasons: ['AUTHENTICATED'] });
    const answers = (...views: object[]): void => {
      let at = 0;
      service.answer = () => (service.requests.length === 1 ? { status: 202, body: view() } : { status: 200, body: views[Math.min(at++, views.length - 1)] });
    };

    it('sends the payment, tells the approval page, waits, and prints the verdict', async () => {
      answers(view({ state: 'AWAITING_PAYER', approvalUrl: 'http://127.0.0.1/approve/token' }), view({ state: 'DECIDED', verdict: verdict('APPROVED', true) }));
      const { code, out, words } = await run('authenticate', '--amount', '12.50', '--json');
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ state: 'DECIDED', verdict: { outcome: 'APPROVED' } });
      expect(words).toContain('http://127.0.0.1/approve/token');
      expect(service.requests[0]).toMatchObject({
        method: 'POST',
        path: '/v1/authentications',
        key: 'Bearer stack-key',
        body: { action: 'payment', payer: { id: 'user-42', instrumentId: 'card-42' }, payment: { amount: '12.50', currency: 'EUR', payee: { account: 'ES9121000418450200051332', name: 'Example Shop S.L.' } } },
      });
      expect(service.requests[0]!.idempotency).toMatch(/^[0-9a-f-]{36}$/);
      expect(service.requests[2]!.path).toBe('/v1/authentications/auth-0001?waitSeconds=20');
    });

    it('a log-in carries no payment', async () => {
      answers(view({ state: 'DECIDED', verdict: verdict('DECLINED', false) }));
      expect(await run('authenticate', '--action', 'login')).toMatchObject({ code: 1, out: expect.stringContaining('DECLINED') as string });
      expect(service.requests[0]!.body).toEqual({ action: 'login', payer: { id: 'user-42' } });
    });

    it('without waiting it ends as soon as the page is known', async () => {
      answers(view(), view({ state: 'AWAITING_PAYER', approvalUrl: 'http://127.0.0.1/approve/token' }));
      expect(await run('authenticate', '--no-wait')).toMatchObject({ code: 0, out: expect.stringContaining('/approve/token') as string });
    });

    it('says in the service’s words why it was refused', async () => {
      service.answer = () => ({ status: 400, body: { code: 'REQUEST_INVALID', detail: 'The request does not fit.', errors: [{ field: 'payment.amount', message: 'must have two decimals' }] } });
      expect(await run('authenticate', '--amount', '1')).toEqual({ code: 1, out: '', words: 'REQUEST_INVALID: The request does not fit.\n  payment.amount: must have two decimals\n' });
    });

    it('tells a service in trouble from a refusal', async () => {
      service.answer = () => ({ status: 503, body: { code: 'UNAVAILABLE' } });
      expect(await run('authenticate')).toMatchObject({ code: 3, out: '' });
    });

    it('a foreign address needs a key of its own: the stack’s is not sent there', async () => {
      expect(await run('authenticate', '--url', service.url)).toMatchObject({ code: 2, words: expect.stringContaining('ASSENT_API_KEY') as string });
      expect(service.requests).toEqual([]);
    });
  });

  it.each([[[]], [['nope']], [['webhook']], [['webhook', 'verify']], [['status', '--wrong']], [['dlq']], [['dlq', 'redrive']], [['trace']], [['trace', 'short']]])('wrong use: %j', async (args) => {
    expect(await run(...args)).toMatchObject({ code: 2, out: '' });
  });

  it.each([[['--help']], [['webhook', 'verify', '--help']], [['status', '--help']], [['dlq', 'list', '--help']], [['dlq', 'show', '--help']], [['dlq', 'redrive', '--help']], [['trace', '--help']], [['authenticate', '--help']]])('help: %j', async (args) => {
    expect(await run(...args)).toMatchObject({ code: 0, words: '', out: expect.stringMatching(/Exit codes?:/) as string });
  });
});
