import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { identityOf } from '../process/process-identity';
import { OwnProcess } from '../process/own-process';
import { rememberedPorts } from './ports';
import { ProcessRecord, StateFolderTaken } from './process-record';
import { StateFolder } from './state-folder';

const folders: string[] = [];
function newState(): StateFolder {
  const folder = mkdtempSync(path.join(tmpdir(), 'state-'));
  folders.push(folder);
  return new StateFolder(folder);
}
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const sleeper = (state: StateFolder): Promise<OwnProcess> =>
  OwnProcess.start({ name: 'sleeper', command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'], cwd: state.folder, env: {}, logFile: state.path('log') });

describe('the state folder', () => {
  it('lets only its owner read what it holds', () => {
    const state = newState();
    state.write('secrets.json', { key: 'value' });
    expect(statSync(state.path('secrets.json')).mode & 0o777).toBe(0o600);
    expect(statSync(state.subfolder('logs')).mode & 0o777).toBe(0o700);
    expect(statSync(state.folder).mode & 0o066).toBe(0);
  });

  it('given half a file, reads nothing from it', () => {
    const state = newState();
    writeFileSync(state.path('x.json'), '{"a":');
    expect(state.read('x.json')).toBeNull();
    expect(state.read('missing.json')).toBeNull();
  });
});

describe('remembered ports', () => {
  it('given a second start, are the same; given one that somebody else has taken, another, and remembered from then on', async () => {
    const state = newState();
    const first = await rememberedPorts(state, ['a', 'b', 'c']);
    expect(new Set(Object.values(first)).size).toBe(3);
    expect(await rememberedPorts(state, ['a', 'b', 'c'])).toEqual(first);
    const other = createServer().listen(first.b, '127.0.0.1');
    await once(other, 'listening');
    const second = await rememberedPorts(state, ['a', 'b', 'c']);
    other.close();
    expect([second.a, second.c]).toEqual([first.a, first.c]);
    expect(second.b).not.toBe(first.b);
    expect(await rememberedPorts(state, ['a', 'b', 'c'])).toEqual(second);
  });

  it('given a file with nonsense, begins anew', async () => {
    const state = newState();
    writeFileSync(state.path('ports.json'), '{"a": 70000}');
    expect((await rememberedPorts(state, ['a'])).a).toBeLessThan(65_536);
  });
});

describe('the record of processes', () => {
  it('given a living owner, is refused to another', async () => {
    const state = newState();
    const owner = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(owner, 'spawn');
    const pid = owner.pid ?? 0;
    state.write('processes.json', { owner: { name: 'owner', pid, identity: identityOf(pid) }, processes: [] });
    await expect(ProcessRecord.take(state)).rejects.toThrow(StateFolderTaken);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await expect(ProcessRecord.take(state)).resolves.toBeDefined();
  });

  it('given a dead owner, ends what it left running', async () => {
    const state = newState();
    const left = await sleeper(state);
    state.write('processes.json', { owner: { name: 'owner', pid: 4_000_000, identity: 'gone' }, processes: [{ name: 'sleeper', pid: left.pid, identity: left.identity }] });
    await ProcessRecord.take(state);
    await left.exited;
    expect(left.isRunning()).toBe(false);
  });

  it('given a number that belongs to another process now, leaves that one alone', async () => {
    const state = newState();
    const innocent = await sleeper(state);
    state.write('processes.json', { owner: { name: 'owner', pid: 4_000_000, identity: 'gone' }, processes: [{ name: 'kafka', pid: innocent.pid, identity: 'another time' }] });
    await ProcessRecord.take(state);
    expect(innocent.isRunning()).toBe(true);
    await innocent.stop('SIGKILL', 0);
  });

  it('kills what it noted, with its children', async () => {
    const state = newState();
    const record = await ProcessRecord.take(state);
    const code = `const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      require('fs').writeFileSync('child', String(child.pid)); setInterval(() => {}, 1000)`;
    const parent = await OwnProcess.start({ name: 'parent', command: process.execPath, args: ['-e', code], cwd: state.folder, env: {}, logFile: state.path('log') });
    record.note(parent);
    let child = Number.NaN;
    while (Number.isNaN(child)) {
      child = Number(state.read('child') ?? Number.NaN);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(identityOf(child)).not.toBeNull();
    record.killAll();
    await parent.exited;
    while (identityOf(child) !== null) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});
