import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { signalProcess } from '../process/own-process';
import { identityOf } from '../process/process-identity';
import { type StateFolder } from './state-folder';

const RECORD = 'processes.json';
const LEFTOVER_GRACE_MS = 5000;

const processSchema = z.object({ name: z.string(), pid: z.number().int().positive(), identity: z.string() });
const recordSchema = z.object({ owner: processSchema, processes: z.array(processSchema) });
type Recorded = z.infer<typeof processSchema>;

const lives = ({ pid, identity }: Recorded): boolean => identityOf(pid) === identity;

/** Another process holds this state folder. */
export class StateFolderTaken extends Error {
  override readonly name = 'StateFolderTaken';

  constructor(readonly ownerPid: number) {
    super(`process ${ownerPid} uses this state folder`);
  }
}

/**
 * Who holds a state folder and which processes it has started. Written before anything can go wrong, so that whoever comes after a crash finds what was left
 * running and ends exactly that: a process counts only if it is the very one that was written down, not another that was given its number.
 */
export class ProcessRecord {
  private readonly processes = new Map<string, Recorded>();

  private constructor(
    private readonly state: StateFolder,
    private readonly owner: Recorded,
  ) {}

  /** Takes the folder for this process. Ends what a dead owner left running, or throws StateFolderTaken where the owner lives. */
  static async take(state: StateFolder): Promise<ProcessRecord> {
    const owner = ProcessRecord.owner(state);
    if (owner !== null && owner !== process.pid) throw new StateFolderTaken(owner);
    await endLeftovers(state);
    const record = new ProcessRecord(state, { name: 'owner', pid: process.pid, identity: identityOf(process.pid) ?? '' });
    record.write();
    return record;
  }

  /** The process that holds the folder now, or null. */
  static owner(state: StateFolder): number | null {
    const parsed = recordSchema.safeParse(state.read(RECORD));
    return parsed.success && lives(parsed.data.owner) ? parsed.data.owner.pid : null;
  }

  /** Remembers a child under its name; a restarted one takes the place of its predecessor. */
  note({ name, pid, identity }: { readonly name: string; readonly pid: number; readonly identity: string | null }): void {
    // Without an identity it has ended already: nothing is left to be found.
    if (identity === null) this.processes.delete(name);
    else this.processes.set(name, { name, pid, identity });
    this.write();
  }

  /** For the last moment, when nothing can be awaited any more. */
  killAll(): void {
    for (const child of this.processes.values()) if (lives(child)) signalProcess(-child.pid, 'SIGKILL');
  }

  release(): void {
    this.state.remove(RECORD);
  }

  private write(): void {
    this.state.write(RECORD, { owner: this.owner, processes: [...this.processes.values()] });
  }
}

/** Ends the processes of an owner that is gone: kindly first, since a database is among them. */
async function endLeftovers(state: StateFolder): Promise<void> {
  const parsed = recordSchema.safeParse(state.read(RECORD));
  if (!parsed.success) return;
  const left = parsed.data.processes.filter(lives);
  for (const child of left) signalProcess(child.pid, child.name === 'postgres' ? 'SIGINT' : 'SIGTERM');
  for (const deadline = Date.now() + LEFTOVER_GRACE_MS; Date.now() < deadline && left.some(lives); ) await delay(50);
  for (const child of left.filter(lives)) signalProcess(-child.pid, 'SIGKILL');
  while (left.some(lives)) await delay(20);
}
