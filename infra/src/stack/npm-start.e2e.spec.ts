import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removePostgresData } from '../engines/postgres-files';
import { PROGRAMS, type ProgramName } from '../services';
import { StateFolder } from '../state/state-folder';
import { inWorkspace } from '../workspace';
import { type StackFile } from './stack-file';

/** What a newcomer types, on engines of its own and in a state folder of its own. Everything here goes through npm, as a person's terminal does. */
const folder = mkdtempSync(path.join(tmpdir(), 'npm-start-'));
const state = new StateFolder(folder);
const STACK_FILE = state.path('stack.json');
const environment = { PATH: process.env['PATH'], HOME: process.env['HOME'], ASSENT_STATE_DIR: folder, ASSENT_ENGINES: 'local' };

const stackFile = (): StackFile => JSON.parse(readFileSync(STACK_FILE, 'utf8')) as StackFile;
const npm = (...args: string[]): { status: number | null; stdout: string; stderr: string } => spawnSync('npm', args, { cwd: inWorkspace(), env: environment, encoding: 'utf8', maxBuffer: 1 << 26 });

/** A terminal that runs `npm start`: a process group of its own, so that Ctrl-C reaches all of it. */
class Terminal {
  output = '';
  readonly exited: Promise<unknown>;

  private constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.exited = once(child, 'exit');
  }

  static async start(): Promise<Terminal> {
    const terminal = new Terminal(spawn('npm', ['start'], { cwd: inWorkspace(), env: environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] }));
    const isUp = (): boolean => terminal.output.includes('Running until Ctrl-C');
    await until('the stack is up', () => isUp() || terminal.child.exitCode !== null, () => terminal.output);
    if (!isUp()) throw new Error(`npm start ended:\n${terminal.output}`);
    return terminal;
  }

  pressControlC(): void {
    process.kill(-(this.child.pid ?? 0), 'SIGINT');
  }
}

async function until(what: string, condition: () => boolean, context: () => string = () => ''): Promise<void> {
  for (const deadline = Date.now() + 120_000; !condition(); ) {
    if (Date.now() > deadline) throw new Error(`${what}: not within two minutes\n${context()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Every process of this computer that has to do with the state folder: by its command line or its environment. */
function processesOfTheStack(): string[] {
  const mentions = (file: string): boolean => {
    try {
      return readFileSync(file, 'latin1').includes(folder);
    } catch {
      return false;
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => mentions(`/proc/${pid}/cmdline`) || mentions(`/proc/${pid}/environ`));
}

const ledgerSize = async (): Promise<number> => {
  const logs = (await (await fetch(`${stackFile().services['audit-ledger']?.url ?? ''}/v1/logs`)).json()) as { size: number }[];
  return logs[0]?.size ?? 0;
};

/** Looks into other processes and runs Kafka itself: both can be missing where Docker stands in for the engines. */
const canRun = existsSync('/proc/self/cmdline') && spawnSync('java', ['-version']).status === 0;

(canRun ? describe : describe.skip)('npm start (needs Linux and Java)', () => {
  let terminal: Terminal | null = null;
  let firstStack: StackFile;
  let sizeBefore = 0;

  beforeAll(async () => {
    terminal = await Terminal.start();
  }, 180_000);
  afterAll(async () => {
    terminal?.child.kill('SIGTERM');
    await terminal?.exited;
    removePostgresData(state);
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('shows a payment on its whole way, and where everything is', () => {
    firstStack = stackFile();
    for (const step of ['sca.requested', 'sca.decided', 'approval page', 'confirmed by the payer', 'didit.event', 'sca.verdict', 'APPROVED', 'redeemed', 'is in the signed tree of']) expect(terminal?.output).toContain(step);
    for (const name of PROGRAMS) expect(terminal?.output).toContain(firstStack.services[name]?.url ?? 'no address');
  });

  it('says in stack.json where everything is, to nobody but its owner', () => {
    expect(statSync(STACK_FILE).mode & 0o777).toBe(0o600);
    expect(firstStack).toMatchObject({
      kafka: { brokers: [expect.stringMatching(/^127\.0\.0\.1:\d+$/)] },
      postgres: { url: expect.stringMatching(/^postgres:\/\//) as string },
      gateway: { id: 'demo', apiKey: expect.any(String) as string },
      engines: { kafka: { pid: expect.any(Number) as number }, postgres: { pid: expect.any(Number) as number } },
    });
    expect(Object.keys(firstStack.services).sort()).toEqual([...PROGRAMS].sort());
    // Whose business it is not cannot read secrets, data or logs either.
    for (const name of readdirSync(folder)) expect([name, statSync(path.join(folder, name)).mode & 0o077]).toEqual([name, 0]);
  });

  it('given another npm start, or a reset, says that it runs', () => {
    const again = npm('start');
    expect([again.status, again.stderr]).toEqual([1, expect.stringContaining('running already')]);
    const reset = npm('run', 'reset');
    expect([reset.status, reset.stderr]).toEqual([1, expect.stringContaining('Stop it first')]);
    expect(stackFile()).toEqual(firstStack);
  });

  it('given npm run demo -- --json, sends a payment through the running stack and prints one JSON document', () => {
    const demo = npm('run', '--silent', 'demo', '--', '--json');
    const result = JSON.parse(demo.stdout) as { ok: boolean; verdict: Record<string, unknown>; events: { topic: string }[]; proof: { verified: boolean }; redemption: unknown; timings: unknown[] };
    expect(result).toMatchObject({ ok: true, verdict: { outcome: 'APPROVED', mayProceed: true }, proof: { verified: true }, redemption: { redeemedAt: expect.any(String) as string } });
    const topics = new Set(result.events.map(({ topic }) => topic));
    for (const topic of ['sca.requested', 'sca.decided', 'sca.session', 'didit.event', 'sca.verdict', 'sca.redeemed', 'sca.evidence', 'audit.entry']) expect([...topics]).toContain(topic);
    expect(result.timings.length).toBeGreaterThan(8);
    expect(stackFile()).toEqual(firstStack);
  });

  it.each<ProgramName | 'postgres' | 'kafka'>([...PROGRAMS, 'postgres', 'kafka'])('given a kill of %s, starts it again at the same address and keeps stack.json true', async (name) => {
    const pidOf = (): number => (name === 'postgres' || name === 'kafka' ? (stackFile().engines[name].pid ?? 0) : (stackFile().services[name]?.pid ?? 0));
    const before = pidOf();
    process.kill(before, 'SIGKILL');
    await until(`${name} is started again`, () => pidOf() !== before);
    expect(existsSync(`/proc/${pidOf()}`)).toBe(true);
  });

  it('after all these kills still carries a payment', async () => {
    const healthy = async (): Promise<boolean> => {
      const answers = await Promise.all(PROGRAMS.map((name) => fetch(`${stackFile().services[name]?.url ?? ''}/health/ready`).then((answer) => answer.status, () => 0)));
      return answers.every((status) => status === 200);
    };
    for (const deadline = Date.now() + 90_000; !(await healthy()); ) if (Date.now() > deadline) throw new Error('the stack does not become ready again');
    const { services, kafka, postgres } = stackFile();
    expect([kafka, postgres]).toEqual([firstStack.kafka, firstStack.postgres]);
    for (const name of PROGRAMS) expect(services[name]?.url).toBe(firstStack.services[name]?.url);
    const demo = npm('run', '--silent', 'demo', '--', '--json');
    expect(demo.status).toBe(0);
    sizeBefore = await ledgerSize();
  }, 180_000);

  it('given Ctrl-C, leaves no process and no stack.json', async () => {
    terminal?.pressControlC();
    await terminal?.exited;
    await until('everything has ended', () => processesOfTheStack().length === 0, () => processesOfTheStack().join(' '));
    expect(existsSync(STACK_FILE)).toBe(false);
  });

  it('given a second start, has kept addresses, keys and data', async () => {
    terminal = await Terminal.start();
    const { services, gateway } = stackFile();
    expect(Object.values(services).map(({ url }) => url)).toEqual(Object.values(firstStack.services).map(({ url }) => url));
    expect(gateway).toEqual(firstStack.gateway);
    expect(await ledgerSize()).toBeGreaterThan(sizeBefore);
  }, 180_000);

  it('given a kill of the supervisor itself, its services follow it, and the next start ends what is left and works', async () => {
    const owner = (JSON.parse(readFileSync(state.path('processes.json'), 'utf8')) as { owner: { pid: number } }).owner.pid;
    const { services, engines } = stackFile();
    process.kill(owner, 'SIGKILL');
    await terminal?.exited;
    await until('the services have followed', () => Object.values(services).every(({ pid }) => !existsSync(`/proc/${pid}`)));
    terminal = await Terminal.start();
    for (const { pid } of Object.values(engines)) expect(existsSync(`/proc/${pid ?? 0}`)).toBe(false);
  }, 180_000);

  it('given a kill of npm that nobody could pass on, goes down all the same', async () => {
    terminal?.child.kill('SIGKILL');
    await until('everything has ended', () => processesOfTheStack().length === 0, () => processesOfTheStack().join(' '));
    expect(existsSync(STACK_FILE)).toBe(false);
  });

  it('given npm run reset, forgets data and keys', () => {
    const apiKey = firstStack.gateway.apiKey;
    const reset = npm('run', 'reset');
    expect([reset.status, reset.stderr]).toEqual([0, expect.stringContaining('forgotten')]);
    for (const name of readdirSync(folder)) {
      const file = path.join(folder, name);
      if (statSync(file).isFile()) expect(readFileSync(file, 'utf8')).not.toContain(apiKey);
    }
    expect(readdirSync(folder).filter((name) => ['postgres', 'kafka', 'logs'].includes(name))).toEqual([]);
  });
});
