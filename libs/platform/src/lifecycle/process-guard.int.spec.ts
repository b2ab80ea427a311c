import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { EXIT_CONFIG } from './run-service';

const root = path.resolve(__dirname, '../../../..');
const CANARY = 'ES9121000418450200051332';
type Line = Record<string, unknown>;

/** The fixture in a process of its own, with what it says. */
class Running {
  readonly lines: Line[] = [];
  readonly errors: string[] = [];
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;
  private readonly waiting: { message: string; resolve: (line: Line) => void }[] = [];

  constructor(environment: Record<string, string>) {
    this.child = spawn(process.execPath, ['libs/platform/run-typescript.cjs', path.join(__dirname, 'sample-service.fixture.ts')], {
      cwd: root,
      env: { PATH: process.env['PATH'], NODE_ENV: 'test', HTTP_PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stderr.on('data', (chunk: Buffer) => this.errors.push(chunk.toString()));
    const output = createInterface(this.child.stdout).on('line', (text) => this.#take(text));
    // Lines may come after the end of the process: it has exited when its last line is read.
    this.exited = Promise.all([once(this.child, 'close'), once(output, 'close')]).then(([[code]]) => code as number | null);
  }

  /** Resolves with the line of this message, said or still to be said. */
  said(message: string): Promise<Line> {
    const line = this.lines.find((one) => one['message'] === message);
    if (line !== undefined) return Promise.resolve(line);
    return new Promise((resolve) => this.waiting.push({ message, resolve }));
  }

  async url(): Promise<string> {
    const { port } = await this.said('listening');
    return `http://127.0.0.1:${String(port)}`;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  get output(): string {
    return [...this.lines.map((line) => JSON.stringify(line)), ...this.errors].join('\n');
  }

  #take(text: string): void {
    const line = JSON.parse(text) as Line;
    this.lines.push(line);
    for (const one of this.waiting.filter(({ message }) => message === line['message'])) one.resolve(line);
  }
}

const running: Running[] = [];
function start(environment: Record<string, string> = {}): Running {
  const service = new Running(environment);
  running.push(service);
  return service;
}
afterEach(async () => {
  for (const service of running.splice(0)) {
    service.signal('SIGKILL');
    await service.exited;
  }
});

describe('stopping', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('given %s while a request waits, then the request is answered, resources are closed, and the exit code is 0', async (signal) => {
    const service = start();
    const url = await service.url();
    const answer = fetch(`${url}/wait`);
    await service.said('waiting');
    service.signal(signal);
    expect(await (await answer).json()).toEqual({ ended: 'in time' });
    expect(await service.exited).toBe(0);
    const order = service.lines.map(({ message }) => message).filter((message) => ['stopping', 'request answered', 'resource closed', 'stopped'].includes(String(message)));
    expect(order).toEqual(['stopping', 'request answered', 'resource closed', 'stopped']);
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
  });

  it('given a request that never ends, then the process exits with 1 when the time is up', async () => {
    const service = start({ SHUTDOWN_TIMEOUT_MS: '300' });
    const answer = fetch(`${await service.url()}/hang`).catch(() => 'cut off');
    await service.said('waiting');
    service.signal('SIGTERM');
    expect(await service.exited).toBe(1);
    expect(await answer).toBe('cut off');
    expect(await service.said('stopping took too long')).toMatchObject({ level: 'error', timeoutMs: 300 });
  });

  it('given a second signal, then the process does not wait', async () => {
    const service = start({ SHUTDOWN_TIMEOUT_MS: '60000' });
    void fetch(`${await service.url()}/hang`).catch(() => undefined);
    await service.said('waiting');
    service.signal('SIGINT');
    await service.said('stopping');
    service.signal('SIGINT');
    expect(await service.exited).toBe(1);
  });
});

describe('what nobody caught', () => {
  it.each([
    ['reject', 'unhandled rejection'],
    ['throw', 'uncaught exception'],
  ])('given an error in the air (%s), then it is logged without its text and the process exits with 1', async (route, message) => {
    const service = start();
    await fetch(`${await service.url()}/${route}`, { method: 'POST' }).catch(() => undefined);
    expect(await service.exited).toBe(1);
    expect(await service.said(message)).toMatchObject({ level: 'fatal', error: { type: 'Error' } });
    expect(service.output).toContain('sample-service.fixture.ts:');
    expect(service.output).not.toContain(CANARY);
  });
});

describe('starts that fail', () => {
  it('given wrong variables, then all are named on standard error, and the exit code says that trying again is no use', async () => {
    const service = start({ HTTP_PORT: '70000', LOG_LEVEL: 'loud' });
    expect(await service.exited).toBe(EXIT_CONFIG);
    expect(service.errors.join('')).toBe(
      'The configuration of fixture is not usable:\n  LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent\n  HTTP_PORT must be a whole number from 0 to 65535\n',
    );
    expect(service.lines).toEqual([]);
  });

  it('given another failure, then it is logged with its text, without the password in it, and the exit code is 1', async () => {
    const service = start({ FAIL_TO_BUILD: 'yes' });
    expect(await service.exited).toBe(1);
    expect(service.lines.at(-1)).toMatchObject({ level: 'fatal', message: 'start failed: cannot reach postgres://…@db/x' });
    expect(service.output).not.toContain('hunter2');
  });

  it('given a port that is taken, then the exit code is 1 and the code is named', async () => {
    const first = start();
    const port = new URL(await first.url()).port;
    const second = start({ HTTP_PORT: port });
    expect(await second.exited).toBe(1);
    expect(second.lines.at(-1)).toMatchObject({ level: 'fatal', error: { code: 'EADDRINUSE', address: `127.0.0.1:${port}` } });
  });
});

describe('bytes that are no request', () => {
  const send = async (port: number, bytes: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    socket.write(bytes);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'close');
    return Buffer.concat(chunks).toString();
  };

  it('given rubbish, a bad header and too many headers, then each is answered as a problem with a trace id, and the service goes on', async () => {
    const service = start();
    const url = await service.url();
    const port = Number(new URL(url).port);
    const rubbish = await send(port, `${CANARY}\r\n\r\n`);
    const smuggled = await send(port, 'POST /wait HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n');
    const headers = await send(port, `GET /health/live HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect([rubbish, smuggled, headers].map((answer) => answer.slice(0, 12))).toEqual(['HTTP/1.1 400', 'HTTP/1.1 400', 'HTTP/1.1 431']);
    for (const answer of [rubbish, smuggled, headers]) {
      const traceId = /x-trace-id: ([0-9a-f]{32})\r\n/.exec(answer)?.[1];
      const problem = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Line;
      expect(problem).toMatchObject({ traceId, code: expect.stringMatching(/^(REQUEST_INVALID|HEADERS_TOO_LARGE)$/) as unknown });
    }
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect(service.output).not.toContain(CANARY);
  });
});
