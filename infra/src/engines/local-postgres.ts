import { chownSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { OwnProcess, endsWithin } from '../process/own-process';
import { runProgram } from '../process/run-program';
import { waitUntil } from '../process/wait-until';
import { type StateFolder } from '../state/state-folder';
import { type PostgresEngine, EngineUnavailable } from './engine';
import { postgresFiles } from './postgres-files';
import { probePostgres } from './probe';

export interface LocalPostgresOptions {
  readonly state: StateFolder;
  readonly port: number;
  /** Of the superuser `postgres`, used when the data folder is made. */
  readonly password: string;
  readonly database: string;
  readonly logFile: string;
  /** Told when a process was started, so that it can be found again after a crash of ours. */
  readonly onProcess?: (process: OwnProcess) => void;
}

/** A test run opens many small pools at once. */
const CONNECTIONS_MAX = 300;
const READY_WITHIN_MS = 30_000;
const STOP_GRACE_MS = 15_000;

/** Its settings: on loopback only, every commit on disk before it is acknowledged, and no row's content in its log. */
const settings = (port: number): string[] =>
  Object.entries({
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: String(CONNECTIONS_MAX),
    shared_buffers: '128MB',
    fsync: 'on',
    synchronous_commit: 'on',
    max_wal_size: '2GB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    log_parameter_max_length_on_error: '0',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** PostgreSQL from npm's files, in the state folder. Data survives stop and start. */
export class LocalPostgres implements PostgresEngine {
  readonly source = 'local';
  readonly adminUrl: string;
  private process: OwnProcess | null = null;

  constructor(private readonly options: LocalPostgresOptions) {
    this.adminUrl = `postgres://postgres:${options.password}@127.0.0.1:${options.port}/${options.database}`;
  }

  get pid(): number | null {
    return this.process?.pid ?? null;
  }

  async start(): Promise<void> {
    const { state, logFile, port } = this.options;
    const files = postgresFiles(state);
    if (!existsSync(path.join(files.data, 'PG_VERSION'))) await this.initialise(files);
    removeEmptyLock(files.data);
    const started = await OwnProcess.start({
      name: 'postgres',
      command: path.join(files.binaries, 'postgres'),
      args: ['-D', files.data, ...settings(port)],
      cwd: files.data,
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      logFile,
      ...(files.user ?? {}),
    });
    this.process = started;
    this.options.onProcess?.(started);
    await waitUntil(() => probePostgres(this.serverUrl()), {
      what: 'PostgreSQL',
      timeoutMs: READY_WITHIN_MS,
      hopeless: () => (started.isRunning() ? null : `it ended while starting; its words are in ${path.relative(process.cwd(), logFile)}`),
    });
  }

  /** Takes connections away from whoever has them ("fast"), writes a checkpoint, ends. */
  async stop(): Promise<void> {
    await this.process?.stop('SIGINT', STOP_GRACE_MS);
    this.process = null;
  }

  async isAlive(): Promise<boolean> {
    if (this.process?.isRunning() !== true) return false;
    try {
      return await endsWithin(probePostgres(this.serverUrl()), 2000);
    } catch {
      return false;
    }
  }

  exited(): Promise<unknown> | null {
    return this.process?.exited ?? null;
  }

  private serverUrl(): string {
    const url = new URL(this.adminUrl);
    url.pathname = '/postgres';
    return url.toString();
  }

  /** Made beside and renamed, so that a start that is interrupted leaves nothing that looks like a data folder. */
  private async initialise({ binaries, data, user }: ReturnType<typeof postgresFiles>): Promise<void> {
    const beside = `${data}.new`;
    for (const folder of [data, beside]) rmSync(folder, { recursive: true, force: true });
    mkdirSync(beside, { recursive: true, mode: 0o700 });
    // The server's user reads it, so it belongs to that user.
    const passwordFile = `${data}.password`;
    writeFileSync(passwordFile, `${this.options.password}\n`, { mode: 0o600 });
    if (user !== null) for (const file of [beside, passwordFile]) chownSync(file, user.uid, user.gid);
    const args = ['-D', beside, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const outcome = await runProgram(path.join(binaries, 'initdb'), args, { cwd: beside, env: { PATH: process.env['PATH'], LC_ALL: 'C' }, ...(user ?? {}) });
    rmSync(passwordFile, { force: true });
    if (outcome.code !== 0) throw new EngineUnavailable(`PostgreSQL could not prepare its data folder: ${outcome.words}`);
    renameSync(beside, data);
  }
}

/** A server that is killed in the moment in which it makes its lock file leaves it empty, and no later one starts over it. The folder is ours alone. */
function removeEmptyLock(data: string): void {
  const lock = path.join(data, 'postmaster.pid');
  if (existsSync(lock) && statSync(lock).size === 0) rmSync(lock);
}
