import { setTimeout as delay } from 'node:timers/promises';
import type { Battlefield } from './battlefield';
import { Dice } from './dice';
import { type FaultKind, nameOf, type PlannedFault } from './plan';
import { persistently } from './persistent';

const SLOW_MS = 300;

/** Carries out the planned faults one after the other, spread over the run, and heals each of them. */
export class Nemesis {
  private done = 0;
  current = '';

  constructor(
    private readonly field: Battlefield,
    private readonly dice: Dice,
  ) {}

  get count(): number {
    return this.done;
  }

  /** @param pauseMs how long to leave everybody in peace between two faults */
  async run(faults: readonly PlannedFault[], pauseMs: () => number, signal: AbortSignal): Promise<void> {
    for (const planned of faults) {
      if (signal.aborted) return;
      await delay(pauseMs());
      this.current = nameOf(planned);
      await this.inflict(planned.fault, planned.durationMs);
      this.current = '';
      this.done += 1;
    }
  }

  private async inflict(fault: FaultKind, durationMs: number): Promise<void> {
    const { field } = this;
    switch (fault.kind) {
      case 'kill':
        field.signal(fault.program, 'SIGKILL');
        return;
      case 'restart':
        field.signal(fault.program, 'SIGTERM');
        return;
      case 'pause':
        field.signal(fault.program, 'SIGSTOP');
        await delay(durationMs);
        field.signal(fault.program, 'SIGCONT');
        return;
      case 'kill-engine':
        field.killEngine(fault.engine);
        await delay(durationMs);
        await field.startEngine(fault.engine);
        return;
      case 'pause-engine':
        field.pauseEngine(fault.engine, 'SIGSTOP');
        await delay(durationMs);
        field.pauseEngine(fault.engine, 'SIGCONT');
        return;
      case 'wire':
        field.wires[fault.wire].set(fault.weather === 'slow' ? { kind: 'slow', latencyMs: SLOW_MS } : { kind: fault.weather });
        await delay(durationMs);
        field.wires[fault.wire].set({ kind: 'calm' });
        return;
      case 'cut':
        field.wires[fault.wire].cut(() => this.dice.chance(fault.share));
        return;
      case 'vendor':
        await putSandbox(field, '/sandbox/faults', { ...fault.faults, seed: this.dice.below(1_000_000) });
        await delay(durationMs);
        await putSandbox(field, '/sandbox/faults', {});
        return;
      case 'webhooks':
        await putSandbox(field, '/sandbox/defaults', { webhooks: fault.mode, delayMs: 1500, copies: 5 });
        await delay(durationMs);
        await putSandbox(field, '/sandbox/defaults', { webhooks: 'deliver' });
        return;
    }
  }
}

export async function putSandbox(field: Battlefield, path: string, body: Readonly<Record<string, unknown>>): Promise<void> {
  await persistently(path, async () => {
    const answer = await fetch(`${field.sandboxUrl}${path}`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
  });
}
