import { openSync, readSync, statSync, closeSync, existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { OwnProcess } from '../process/own-process';
import { waitUntil } from '../process/wait-until';
import { type ProgramName } from '../services';
import { inWorkspace } from '../workspace';
import { RestartPause } from './restart-pause';

export interface ProgramOptions {
  readonly name: ProgramName;
  /** Distinguishes replicas in logs and records. */
  readonly label?: string;
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Told of every process that is started. */
  readonly onProcess: (process: OwnProcess) => void;
}

const READY_WITHIN_MS = 60_000;
const STOP_GRACE_MS = 8_000;
const LOG_TAIL_BYTES = 4000;

/** One program of the stack as a child process that is started again whenever it ends unasked. */
export class SupervisedProgram {
  private process: OwnProcess | null = null;
  private wanted = false;
  private environment: Readonly<Record<string, string>>;
  private loop: Promise<void> = Promise.resolve();
  private halt = new AbortController();

  constructor(private readonly options: ProgramOptions) {
    this.environment = options.environment;
  }

  get label(): string {
    return this.options.label ?? this.options.name;
  }

  get url(): string {
    return this.options.url;
  }

  get pid(): number | null {
    return this.process?.pid ?? null;
  }

  /** Starts it and returns when it says that it is ready. A first start that fails is an error, with the last words of its log. */
  async start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.wanted) throw new Error(`${this.label} runs already`);
    this.environment = { ...this.options.environment, ...environment };
    this.wanted = true;
    this.halt = new AbortController();
    const first = await this.spawn();
    const ended = (): string | null => (first.isRunning() ? null : `it ended while starting. Its last words:\n${this.logTail()}`);
    try {
      await waitUntil(() => this.probe(), { what: this.label, timeoutMs: READY_WITHIN_MS, hopeless: ended });
    } catch (error) {
      this.wanted = false;
      await first.stop('SIGKILL', 0);
      throw error;
    }
    this.loop = this.watch(first, Date.now());
  }

  /** Asks it to stop, and makes sure that it has. It stays stopped until `start`. */
  async stop(): Promise<void> {
    this.wanted = false;
    this.halt.abort();
    await this.process?.stop('SIGTERM', STOP_GRACE_MS);
    await this.loop;
    this.process = null;
  }

  /** As a power cut would: no time to finish anything. It is started again. */
  kill(): void {
    if (this.pid !== null) process.kill(this.pid, 'SIGKILL');
  }

  async waitReady(): Promise<void> {
    await waitUntil(() => this.probe(), { what: this.label, timeoutMs: READY_WITHIN_MS });
  }

  private async probe(): Promise<void> {
    const answer = await fetch(`${this.options.url}/health/ready`, { signal: AbortSignal.timeout(5000) });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`not ready (${answer.status})`);
  }

  private async spawn(): Promise<OwnProcess> {
    const { name, logFile, onProcess } = this.options;
    const started = await OwnProcess.start({
      name: this.label,
      command: process.execPath,
      args: ['--disable-warning=TimeoutNegativeWarning', '--enable-source-maps', '--require', inWorkspace('dist/infra/src/stack/follow-parent.js'), inWorkspace(`dist/apps/${name}/src/main.js`)],
      cwd: inWorkspace(),
      env: this.environment,
      logFile,
      channel: true,
    });
    this.process = started;
    onProcess(started);
    return started;
  }

  private async watch(first: OwnProcess, startedAt: number): Promise<void> {
    const pause = new RestartPause();
    for (let running: OwnProcess | null = first, since = startedAt; ; since = Date.now()) {
      await running?.exited;
      // What it had started itself goes with it.
      await running?.stop('SIGKILL', 0);
      if (!this.wanted) return;
      await delay(pause.next(Date.now() - since), undefined, { signal: this.halt.signal }).catch(() => undefined);
      if (this.halt.signal.aborted) return;
      // A machine that has no room for another process now may have it a moment later.
      running = await this.spawn().catch(() => null);
    }
  }

  private logTail(): string {
    const { logFile } = this.options;
    if (!existsSync(logFile)) return '';
    const size = statSync(logFile).size;
    const tail = Buffer.alloc(Math.min(size, LOG_TAIL_BYTES));
    const file = openSync(logFile, 'r');
    readSync(file, tail, 0, tail.length, size - tail.length);
    closeSync(file);
    return tail.toString('utf8');
  }
}
