/**
 * Errors that say nothing about the message or request in hand: the database is away, overloaded, or picked this transaction as a
 * deadlock's victim. Such work is tried again, whole; it is never a refusal, and never a dead letter (reliability: classify errors).
 */
const SQLSTATE_CLASSES: readonly string[] = [
  '08', // connection exception
  '40', // transaction rollback: serialization failure, deadlock
  '53', // insufficient resources: disk full, too many connections
  '57', // operator intervention: shutdown, crash recovery, cancelled
  '58', // system error: I/O
  'XX', // internal error: damaged data is an operator's case, not a message's
];
const SQLSTATES: ReadonlySet<string> = new Set(['55P03' /* lock_timeout */, '25P03' /* idle in transaction too long */, '25P04', '25006' /* read-only: a standby, or a full disk */]);
const SYSTEM_CODES: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT']);
/** What pg and its pool throw without a code. */
const MESSAGES = /Connection terminated|Query read timeout|timeout exceeded when trying to connect|timeout expired|not queryable|Client was closed|Cannot use a pool after calling end/;

/** The commit's answer never came, or was not "COMMIT": the transaction may or may not stand. The inbox tells on the next try. */
export class CommitUncertain extends Error {
  override readonly name = 'CommitUncertain';
}

export function isInfrastructureError(error: unknown): boolean {
  if (error instanceof CommitUncertain) return true;
  // By form, not by class: errors of Node's own modules may come from another realm, where `Error` is another class.
  if (typeof error !== 'object' || error === null || !('message' in error) || typeof error.message !== 'string') return false;
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) return error.errors.every(isInfrastructureError);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // A five-character code is the server's SQLSTATE; Node's own codes are words. (EPIPE has five letters, and is listed.)
  if (SYSTEM_CODES.has(code)) return true;
  if (/^[0-9A-Z]{5}$/.test(code)) return SQLSTATES.has(code) || SQLSTATE_CLASSES.includes(code.slice(0, 2));
  return MESSAGES.test(error.message);
}
