import { readdirSync, readFileSync } from 'node:fs';

const TICK_MS = 10;

interface Stat {
  readonly parent: number;
  /** Milliseconds of CPU of the process itself, and of its children that have ended. */
  readonly own: number;
  readonly ended: number;
}

/** From /proc; null where the process is gone or the system has no such files. */
function statOf(pid: number | string): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const field = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
    const at = (index: number): number => field[index] ?? 0;
    return { parent: at(1), own: (at(11) + at(12)) * TICK_MS, ended: (at(13) + at(14)) * TICK_MS };
  } catch {
    return null;
  }
}

/** CPU milliseconds so far, by name. PostgreSQL is a process for each connection, so its children count with it, the ended ones too. */
export function cpuOf(processes: Readonly<Record<string, number>>, postgres: number): Record<string, number> {
  const used = Object.fromEntries(Object.entries(processes).map(([name, pid]) => [name, statOf(pid)?.own ?? 0]));
  const server = statOf(postgres);
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(statOf).filter((stat) => stat?.parent === postgres);
  return { ...used, postgres: (server?.own ?? 0) + (server?.ended ?? 0) + children.reduce((sum, stat) => sum + (stat?.own ?? 0), 0) };
}

/** What was used between two readings, by name, for one of `count`. */
export const perOne = (before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>, count: number): Record<string, number> =>
  Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, (ms - (before[name] ?? 0)) / count]));

export const total = (values: Readonly<Record<string, number>>): number => Object.values(values).reduce((sum, value) => sum + value, 0);

/** The system's load average of the last minute. */
export function load(): number {
  try {
    return Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]);
  } catch {
    return Number.NaN;
  }
}
