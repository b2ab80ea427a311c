import { type ChildProcess, fork } from 'node:child_process';
import { openSync } from 'node:fs';
import path from 'node:path';

/** A compiled program of this benchmark as a child process, which says once that it is ready and answers questions after that. It ends with its parent. */
export class Child {
  private constructor(
    readonly name: string,
    private readonly process: ChildProcess,
    /** What it said when it was ready. */
    readonly ready: unknown,
  ) {}

  /** @throws where it ends before it is ready; its words are in the log file */
  static async start(name: string, module: string, args: readonly string[], environment: Readonly<Record<string, string>>, logFile: string): Promise<Child> {
    const log = openSync(logFile, 'a', 0o600);
    const child = fork(path.join(__dirname, module), [...args], { env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1', ...environment }, execArgv: [], stdio: ['ignore', log, log, 'ipc'] });
    const ready = await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`${name} ended (${String(code)}) while starting: see ${path.basename(logFile)}`)));
    });
    child.removeAllListeners('exit');
    return new Child(name, child, ready);
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** One question at a time. */
  ask(question: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error(`${this.name} ended`));
      this.process.once('exit', ended);
      this.process.once('message', (answer) => {
        this.process.off('exit', ended);
        resolve(answer);
      });
      this.process.send(question);
    });
  }

  async stop(): Promise<void> {
    if (this.hasEnded) return;
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    const forced = setTimeout(() => this.process.kill('SIGKILL'), 3000);
    this.process.kill('SIGTERM');
    await gone;
    clearTimeout(forced);
  }
}
