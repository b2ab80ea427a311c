import { type ChildProcess, spawn } from 'node:child_process';
import { EngineUnavailable } from '../engines/engine';
import { forgetEngines } from '../engines/resolve-engines';
import { MigrationFailed } from '../migrate/migrate';
import { NotReady } from '../process/wait-until';
import { ProcessRecord, StateFolderTaken } from '../state/process-record';
import { StateFolder } from '../state/state-folder';
import { inWorkspace } from '../workspace';
import { settings } from './settings';
import { Stack } from './stack';
import { stackFilePath } from './stack-file';

/** A second signal this soon after the first is the same Ctrl-C, passed on by npm; a later one means "at once". */
const SAME_SIGNAL_MS = 1000;
const INTERRUPTED = 130;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Exit codes: 0 done, 1 failed, 130 interrupted. */
export async function start(): Promise<number> {
  const stack = newStack();
  const interrupted = stopOnSignal(stack);
  if (!(await brought(stack))) return 1;
  if (stack.account === null) await runDemo(stack.state, []);
  say(addresses(stack));
  await interrupted;
  return 0;
}

/** One payment, on the running stack or on one that is started for it. */
export async function demo(args: readonly string[]): Promise<number> {
  const state = new StateFolder();
  if (ProcessRecord.owner(state) !== null) return runDemo(state, args);
  const stack = newStack();
  void stopOnSignal(stack).then(() => process.exit(INTERRUPTED));
  if (!(await brought(stack))) return 1;
  const code = await runDemo(stack.state, args);
  await stack.stop();
  return code;
}

/** Forgets data, keys and settings of the local stack, so that the next start is a first one. */
export async function reset(): Promise<number> {
  const state = new StateFolder();
  const owner = ProcessRecord.owner(state);
  if (owner !== null) {
    say(`A stack is running (process ${owner}). Stop it first.`);
    return 1;
  }
  // Takes the folder, and with that ends what a killed stack may have left running on this data.
  const record = await ProcessRecord.take(state);
  await forgetEngines({ state, database: 'assent', environment: settings() });
  for (const name of ['logs', 'ports.json', 'secrets.json', 'gateways.json', 'postgres.password.json', 'stack.json']) state.remove(name);
  record.release();
  say('The local stack is forgotten: data, keys, ports and logs.');
  return 0;
}

function newStack(): Stack {
  const stack = new Stack({ environment: settings() });
  process.once('exit', () => stack.abandon());
  return stack;
}

async function brought(stack: Stack): Promise<boolean> {
  try {
    await stack.start();
    return true;
  } catch (error) {
    if (error instanceof StateFolderTaken) say(`A stack is running already (process ${error.ownerPid}); ${stackFilePath(stack.state)} says where. Stop it with Ctrl-C where it was started.`);
    else if (error instanceof EngineUnavailable || error instanceof MigrationFailed || error instanceof NotReady) say(error.message);
    else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return false;
  }
}

/** Settles once a signal has stopped the stack. */
function stopOnSignal(stack: Stack): Promise<void> {
  return new Promise((resolve) => {
    let first: number | null = null;
    const stop = (): void => {
      if (first !== null) {
        if (Date.now() - first > SAME_SIGNAL_MS) process.exit(1);
        return;
      }
      first = Date.now();
      say('\nStopping …');
      void stack.stop().then(resolve);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  });
}

/** The demonstration is a client like any other, so it runs in a process of its own and knows only stack.json. */
function runDemo(state: StateFolder, args: readonly string[]): Promise<number> {
  const program = ['--disable-warning=TimeoutNegativeWarning', inWorkspace('dist/apps/cli/src/demo/main.js'), '--stack', stackFilePath(state)];
  const child: ChildProcess = spawn(process.execPath, [...program, ...args], { cwd: inWorkspace(), stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function addresses(stack: Stack): string {
  const { services, kafka } = stack.describe();
  const row = (name: string, address: string): string => `  ${name.padEnd(17)} ${address}`;
  return [
    '',
    'Running until Ctrl-C:',
    ...Object.entries(services).map(([name, { url }]) => row(name, name === 'didit-sandbox' ? url : `${url.padEnd(24)} ${url}/docs`)),
    row('kafka', kafka.brokers.join(',')),
    '',
    `All addresses and the demonstration's API key: ${stackFilePath(stack.state)}`,
    'Another payment: npm run demo',
  ].join('\n');
}
