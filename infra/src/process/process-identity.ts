import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/**
 * Names one process for ever, where a process id alone is used again: when it started, and in which run of the machine.
 * Null where no such process lives (a zombie, which only waits to be collected, does not live).
 */
export function identityOf(pid: number): string | null {
  return existsSync('/proc/self/stat') ? identityInProc(pid) : identityByPs(pid);
}

function identityInProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may hold blanks and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields[0], fields[19]];
    if (state === 'Z' || startTicks === undefined) return null;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${startTicks}`;
  } catch {
    return null;
  }
}

function identityByPs(pid: number): string | null {
  const { status, stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const line = typeof stdout === 'string' ? stdout.trim() : '';
  return status === 0 && line !== '' && !line.startsWith('Z') ? line.replace(/^\S+\s+/, '') : null;
}
