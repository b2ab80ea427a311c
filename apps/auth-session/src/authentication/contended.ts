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
