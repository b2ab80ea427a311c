import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FailpointReached } from './failpoint-reached';

/** The folder that names armed points: one empty file, or one that says `throw`, for each. Never set in production. */
export const FAILPOINTS_VARIABLE = 'ASSENT_FAILPOINTS';

/** Where a process may be made to end: a step of its work, and the moment in it. */
interface Armed {
  readonly folder: string;
  readonly service: string;
  readonly seen: Set<string>;
}

let armed: Armed | null = null;

/**
 * Lets tests end this process at named points, to show that whatever was under way has its effect once all the same. Does nothing
 * unless `ASSENT_FAILPOINTS` names a folder.
 * @throws Error in production: whoever can write a file there could stop the service
 */
export function armFailpoints(service: string, environment: Readonly<Record<string, string | undefined>>): void {
  const folder = environment[FAILPOINTS_VARIABLE] ?? '';
  armed = null;
  if (folder === '') return;
  if (environment['NODE_ENV'] === 'production') throw new Error(`${FAILPOINTS_VARIABLE} is for tests: unset it, or NODE_ENV is not production`);
  mkdirSync(path.join(folder, 'reached'), { recursive: true });
  armed = { folder, service, seen: new Set() };
}

/**
 * A place where a crash must do no harm, called `<service>.<step>.<moment>`. Where nothing is armed this is one comparison.
 * Armed, and with a file of that name in the folder, the file is removed (so that the next process goes on) and the process ends as
 * by `kill -9`; where the file says `throw`, the step fails instead.
 */
export function failpoint(step: string, moment: string): void {
  if (armed !== null) reach(armed, `${armed.service}.${step}.${moment}`);
}

function reach({ folder, seen }: Armed, name: string): void {
  if (!seen.has(name)) {
    seen.add(name);
    writeFileSync(path.join(folder, 'reached', name), '');
  }
  const file = path.join(folder, name);
  if (!existsSync(file)) return;
  const action = taken(file);
  if (action === 'throw') throw new FailpointReached(name);
  if (action !== null) process.kill(process.pid, 'SIGKILL');
}

/** What the file said, for the one process that removed it; another replica may have been quicker. */
function taken(file: string): string | null {
  try {
    const action = readFileSync(file, 'utf8').trim();
    rmSync(file);
    return action;
  } catch {
    return null;
  }
}
