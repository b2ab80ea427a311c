import { Injectable } from '@nestjs/common';
import { metrics } from '@assent/platform';
import type { AuthenticationRecord } from './authentication-record';

const outcomes = metrics.counter('assent_verdicts_total', 'Verdicts that were reached, by outcome and first reason.', ['outcome', 'reason']);

type Listener = (key: string) => void;

/** Tells who waits inside this process that a verdict is committed. Another replica's verdicts are found by looking. */
@Injectable()
export class VerdictHeralds {
  private readonly listeners = new Set<Listener>();

  listen(listener: Listener): void {
    this.listeners.add(listener);
  }

  verdicts(records: readonly AuthenticationRecord[]): void {
    for (const { key, state } of records) {
      if (state.status === 'DECIDED') outcomes.inc({ outcome: state.verdict.outcome, reason: state.verdict.reasons[0] });
      for (const listener of this.listeners) listener(key);
    }
  }
}
