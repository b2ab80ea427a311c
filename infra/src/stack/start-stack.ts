import { existsSync, readFileSync } from 'node:fs';
import { signalProcess } from '../process/own-process';
import { type ProgramName, type ServiceName } from '../services';
import { Stack, type StackOptions } from './stack';
import { type StackFile } from './stack-file';

/** A running stack in the hands of a test. */
export interface StackHandle {
  /** As stack.json says at this moment. */
  readonly stack: StackFile;
  readonly stateDir: string;
  /** Stops a program and starts it again, with changed settings if some are given. Returns when it is ready. */
  restart(program: ProgramName, env?: Readonly<Record<string, string>>): Promise<void>;
  /** Stops a program until it is restarted. */
  stopService(program: ProgramName): Promise<void>;
  /** Ends a program at once, as a crash would. The supervisor starts it again; `waitReady` returns when it is back. */
  kill(program: ProgramName | 'postgres' | 'kafka'): void;
  waitReady(program: ProgramName): Promise<void>;
  /** The process of a program or of a replica, by its label; null while it is between two. */
  pidOf(label: string): number | null;
  addReplica(service: ServiceName, env?: Readonly<Record<string, string>>): Promise<{ label: string; url: string }>;
  /** Everything that a program (or a replica, or an engine) has said. */
  logs(label: string): string;
  stop(): Promise<void>;
}

/** Starts a stack from compiled code (`npm run prepare:all`). It is stopped by `stop`, and goes down with this process at the latest. */
export async function startStack(options: StackOptions = {}): Promise<StackHandle> {
  const stack = new Stack({ quiet: true, ...options });
  const abandon = (): void => stack.abandon();
  process.once('exit', abandon);
  await stack.start();
  return {
    get stack() {
      return stack.describe();
    },
    stateDir: stack.state.folder,
    restart: async (program, env) => {
      await stack.program(program).stop();
      await stack.program(program).start(env);
    },
    stopService: (program) => stack.program(program).stop(),
    kill: (program) => {
      if (program !== 'postgres' && program !== 'kafka') stack.program(program).kill();
      else if (stack.running[program].pid !== null) signalProcess(stack.running[program].pid, 'SIGKILL');
    },
    pidOf: (label) => stack.program(label).pid,
    waitReady: (program) => stack.program(program).waitReady(),
    addReplica: (service, env) => stack.addReplica(service, env),
    logs: (label) => {
      const file = stack.state.path('logs', `${label}.log`);
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    },
    stop: async () => {
      await stack.stop();
      process.off('exit', abandon);
    },
  };
}
