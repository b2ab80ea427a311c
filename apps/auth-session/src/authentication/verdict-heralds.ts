import { Injectable } from '@nestjs/common';
import type { AuthenticationRecord } from './authentication-record';

type Listener = (key: string) => void;

/** Tells who waits inside this process that a verdict is committed. Another replica's verdicts are found by looking. */
@Injectable()
export class VerdictHeralds {
  private readonly listeners = new Set<Listener>();

  listen(listener: Listener): void {
    this.listeners.add(listener);
  }

  verdicts(records: readonly AuthenticationRecord[]): void {
    for (const { key } of records) for (const listener of this.listeners) listener(key);
  }
}
