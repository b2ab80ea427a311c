import type { Tx } from '@assent/postgres';

/**
 * Between reading a row and writing it something happened that the decision did not know of: the request's time ran out, or another
 * transaction took the key, the payer's session or the vendor's session id first. Nothing was written; on another try it is known.
 */
export class Contended extends Error {
  override readonly name = 'Contended';
}

const TRIES_MAX = 5;

/** Runs a transaction again where it was contended. Each try sees what the one before did not, so few are ever needed. */
export async function whileContended<T>(run: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof Contended) || tries >= TRIES_MAX) throw error;
    }
  }
}

/**
 * The same inside a transaction of somebody else's: what a contended try wrote is taken back, the rest stands. `run` must do nothing but
 * write: whatever else it wants goes into its answer.
 */
export async function whileContendedIn<T>(tx: Tx, run: () => Promise<T>): Promise<T> {
  return whileContended(async () => {
    // Not awaited: it travels with the first statement, whose failure tells of its own.
    tx.query('SAVEPOINT contended').catch(() => undefined);
    try {
      return await run();
    } catch (error) {
      if (error instanceof Contended) await tx.query('ROLLBACK TO SAVEPOINT contended');
      throw error;
    }
  });
}
