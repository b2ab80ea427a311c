import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { armFailpoints, failpoint, FAILPOINTS_VARIABLE } from './failpoint';
import { FailpointReached } from './failpoint-reached';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'failpoints-'))));
afterEach(() => {
  armFailpoints('fixture', {});
  rmSync(folder, { recursive: true, force: true });
});

const arm = (): void => armFailpoints('fixture', { [FAILPOINTS_VARIABLE]: folder, NODE_ENV: 'test' });

describe('failpoints', () => {
  it('given production, then a service with failpoints does not start', () => {
    expect(() => armFailpoints('fixture', { [FAILPOINTS_VARIABLE]: folder, NODE_ENV: 'production' })).toThrow(FAILPOINTS_VARIABLE);
  });

  it('given no folder, then a point that somebody armed has no effect', () => {
    writeFileSync(path.join(folder, 'fixture.work.before-commit'), 'throw');
    armFailpoints('fixture', {});
    expect(() => failpoint('work', 'before-commit')).not.toThrow();
  });

  it('given an armed point, then it acts once, and only in its own service', () => {
    arm();
    const file = path.join(folder, 'fixture.work.before-commit');
    writeFileSync(file, 'throw');
    writeFileSync(path.join(folder, 'other.work.after-commit'), 'throw');
    expect(() => failpoint('work', 'after-commit')).not.toThrow();
    expect(() => failpoint('work', 'before-commit')).toThrow(FailpointReached);
    expect(existsSync(file)).toBe(false);
    expect(() => failpoint('work', 'before-commit')).not.toThrow();
  });

  it('given any point, then that it was reached is written down for whoever looks for points that no test reaches', () => {
    arm();
    failpoint('relay', 'after-ack');
    expect(existsSync(path.join(folder, 'reached', 'fixture.relay.after-ack'))).toBe(true);
  });

  it('given a point armed to kill, then the process is gone before its next statement, and its file with it', () => {
    writeFileSync(path.join(folder, 'fixture.work.before-commit'), '');
    const program = `const { armFailpoints, failpoint } = require(${JSON.stringify(path.join(__dirname, 'failpoint.ts'))}); armFailpoints('fixture', process.env); failpoint('work', 'before-commit'); console.log('went on');`;
    const script = path.join(folder, 'program.cjs');
    writeFileSync(script, program);
    const outcome = spawnSync(process.execPath, [path.join(__dirname, '../../run-typescript.cjs'), script], { env: { PATH: process.env['PATH'], [FAILPOINTS_VARIABLE]: folder }, encoding: 'utf8' });
    expect({ signal: outcome.signal, output: outcome.stdout }).toEqual({ signal: 'SIGKILL', output: '' });
    expect(existsSync(path.join(folder, 'fixture.work.before-commit'))).toBe(false);
  });
});
