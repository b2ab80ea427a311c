import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { identityOf } from './process-identity';

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Both streams are appended to it; readable by its owner only. */
  readonly logFile: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Opens a channel that closes when this process ends, however it ends. A Node program that listens to it can follow. */
  readonly channel?: boolean;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A child in a process group of its own: a Ctrl-C in the terminal does not reach it, so that whoever started it decides in which order things stop,
 * and its own children can be ended with it.
 */
export class OwnProcess {
  private constructor(
    readonly name: string,
    readonly pid: number,
    readonly identity: string | null,
    /** Settles when the process has ended; never rejects. */
    readonly exited: Promise<Exit>,
  ) {}

  static async start(spec: ProcessSpec): Promise<OwnProcess> {
    const log = openSync(spec.logFile, 'a', 0o600);
    let child: ChildProcess;
    try {
      child = spawn(spec.command, [...spec.args], {
        cwd: spec.cwd,
        env: { ...spec.env },
        detached: true,
        stdio: spec.channel === true ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
        ...(spec.uid === undefined ? {} : { uid: spec.uid }),
        ...(spec.gid === undefined ? {} : { gid: spec.gid }),
      });
    } finally {
      closeSync(log);
    }
    const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(new Error(`${spec.name} could not be started: ${error.message}`)));
    });
    if (child.pid === undefined) throw new Error(`${spec.name} could not be started`);
    return new OwnProcess(spec.name, child.pid, identityOf(child.pid), exited);
  }

  isRunning(): boolean {
    return this.identity !== null && identityOf(this.pid) === this.identity;
  }

  /** Ends it: first kindly, after `graceMs` at once, with every process of its group. Returns when it is gone. */
  async stop(signal: NodeJS.Signals, graceMs: number): Promise<void> {
    if (this.isRunning()) signalProcess(this.pid, signal);
    await endsWithin(this.exited, graceMs);
    signalProcess(-this.pid, 'SIGKILL');
    await this.exited;
  }
}

/** Sends a signal; that the process is gone already is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(typeof error === 'object' && error !== null && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Whether `promise` settles within the time. */
export async function endsWithin(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
