import { execFileSync } from 'node:child_process';
import type { StackHandle } from '@assent/infra';

export type EngineName = 'postgres' | 'kafka';

/** A process and everything below it: PostgreSQL serves each connection by a child, which goes on alone when only the parent is held. */
function withDescendants(pid: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const childrenOf = new Map<number, number[]>();
  for (const line of table.trim().split('\n')) {
    const [child, parent] = line.trim().split(/\s+/).map(Number);
    if (child === undefined || parent === undefined) continue;
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), child]);
  }
  const found = [pid];
  for (const parent of found) found.push(...(childrenOf.get(parent) ?? []));
  return found;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended by itself meanwhile.
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ESRCH') throw error;
  }
}

/** An engine of the stack that stands still: connections are open, and nobody answers. Parents are held first, so that none starts another child. */
export function freeze(stack: StackHandle, engine: EngineName): { thaw: () => void } {
  const { pid } = stack.stack.engines[engine];
  if (pid === null) throw new Error(`${engine} is no process of this stack`);
  const held = withDescendants(pid);
  for (const one of held) signal(one, 'SIGSTOP');
  return {
    thaw: () => {
      for (const one of held.toReversed()) signal(one, 'SIGCONT');
    },
  };
}

/** Keeps an engine dead for a time, though its supervisor starts it again and again. Returns when it has been killed for the last time. */
export async function keepDown(stack: StackHandle, engine: EngineName, milliseconds: number): Promise<void> {
  const until = Date.now() + milliseconds;
  let killed: number | null = null;
  while (Date.now() < until) {
    const { pid } = stack.stack.engines[engine];
    if (pid !== null && pid !== killed) {
      stack.kill(engine);
      killed = pid;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
