import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type Delivery, environmentFor, GATEWAYS } from './ingest-under-test.spec';

const ROOT = path.resolve(__dirname, '../../..');

/** A way to the database that a test can cut: what a crashed or unreachable server looks like from here. */
export class Wire {
  port = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  constructor(host: string, port: number) {
    this.server = createServer((near) => {
      const far = connect(port, host);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Breaks what is open; new connections work. */
  shake(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async cut(): Promise<void> {
    this.shake();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }
}

/** The service as it runs: a process of its own, which can be killed at any moment. */
export class ServiceProcess {
  private child: ChildProcess | null = null;
  private port = 0;
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'webhook-ingest-'));

  constructor(private readonly databaseUrl: string) {
    execFileSync(process.execPath, ['tools/compile.cjs', 'apps/webhook-ingest', 'libs'], { cwd: ROOT });
    writeFileSync(path.join(this.folder, 'gateways.json'), GATEWAYS);
  }

  /** Resolves once it listens. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, ['dist/apps/webhook-ingest/src/main.js'], {
      cwd: ROOT,
      env: { ...environmentFor(this.databaseUrl), LOG_LEVEL: 'info', GATEWAYS_FILE: path.join(this.folder, 'gateways.json'), HTTP_PORT: String(this.port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child = child;
    for await (const line of createInterface({ input: child.stdout })) {
      const entry = JSON.parse(line) as { message: string; port?: number };
      if (entry.message !== 'listening') continue;
      this.port = entry.port ?? 0;
      break;
    }
    child.stdout.resume();
  }

  /** The status of the answer; null where none came. */
  async post({ body, headers }: Delivery): Promise<{ status: number | null; retryAfter: string | null }> {
    try {
      const answer = await fetch(`http://127.0.0.1:${String(this.port)}/webhooks/didit`, { method: 'POST', headers, body: new Uint8Array(body) });
      await answer.arrayBuffer();
      return { status: answer.status, retryAfter: answer.headers.get('retry-after') };
    } catch {
      return { status: null, retryAfter: null };
    }
  }

  /** As a power cut: nothing is said, nothing is finished. */
  async kill(): Promise<void> {
    const child = this.child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true });
  }
}
