import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../state/ports';
import { identityOf } from '../process/process-identity';
import { SupervisedProgram } from './supervised-program';

/** didit-sandbox: the one program that needs no engine. */
const settings = (port: number): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  NODE_ENV: 'test',
  HTTP_PORT: String(port),
  SANDBOX_API_KEY: 'a-key-of-the-sandbox',
  SANDBOX_WEBHOOK_URL: 'http://127.0.0.1:9/webhooks/didit',
  SANDBOX_WEBHOOK_SECRET: 'a-secret-of-the-sandbox',
  SANDBOX_APPLICATION_ID: 'application',
  SANDBOX_WORKFLOW_ID: 'workflow',
  SANDBOX_PUBLIC_URL: `http://127.0.0.1:${port}`,
});

describe('a supervised program', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'program-'));
  const pids: number[] = [];
  const programs: SupervisedProgram[] = [];
  const newProgram = async (environment: Record<string, string> = {}): Promise<SupervisedProgram> => {
    const port = await freePort();
    const program = new SupervisedProgram({
      name: 'didit-sandbox',
      url: `http://127.0.0.1:${port}`,
      environment: { ...settings(port), ...environment },
      logFile: path.join(folder, `${port}.log`),
      onProcess: ({ pid }) => pids.push(pid),
    });
    programs.push(program);
    return program;
  };
  afterEach(async () => {
    await Promise.all(programs.splice(0).map((program) => program.stop()));
    for (const pid of pids.splice(0)) expect([pid, identityOf(pid)]).toEqual([pid, null]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('given a kill, is back at the same address as another process', async () => {
    const program = await newProgram();
    await program.start();
    const before = program.pid;
    for (let i = 0; i < 3; i++) {
      const killed = program.pid;
      program.kill();
      while (program.pid === killed) await new Promise((resolve) => setTimeout(resolve, 5));
      await program.waitReady();
    }
    expect(program.pid).not.toBe(before);
    expect(pids).toHaveLength(4);
  });

  it('given a stop, stays stopped until it is started, then with the settings of that start', async () => {
    const program = await newProgram();
    await program.start();
    await program.stop();
    expect(program.pid).toBeNull();
    await expect(fetch(`${program.url}/health/live`)).rejects.toThrow();
    await program.start({ SANDBOX_API_KEY: 'another-key-of-the-sandbox' });
    const answer = await fetch(`${program.url}/v3/session/`, { method: 'POST', headers: { 'x-api-key': 'a-key-of-the-sandbox', 'content-type': 'application/json' }, body: '{}' });
    expect([401, 403]).toContain(answer.status);
  });

  it('given a setting that it refuses, fails to start, in its own words, and is not tried for ever', async () => {
    const program = await newProgram({ NODE_ENV: 'production' });
    await expect(program.start()).rejects.toThrow('NODE_ENV');
    expect(pids).toHaveLength(1);
  });

  it('writes what it says into its log, which only its owner can read', async () => {
    const program = await newProgram();
    await program.start();
    const log = path.join(folder, `${new URL(program.url).port}.log`);
    expect(readFileSync(log, 'utf8')).not.toBe('');
  });
});
