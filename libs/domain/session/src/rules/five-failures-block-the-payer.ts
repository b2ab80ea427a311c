import { failuresAfter, isBlocked } from '@assent/domain-linking';

/** A payer's failed authentications in a row, over all of the gateway's requests for that payer. */
export interface PayerFailures {
  readonly consecutive: number;
  /** Null: not blocked. */
  readonly blockedUntilMs: number | null;
}

export interface BlockPolicy {
  /** At most five (RTS 2018/389 Article 4(3)(b)). */
  readonly failuresMax: number;
  readonly blockMs: number;
}

export const NO_FAILURES: PayerFailures = { consecutive: 0, blockedUntilMs: null };

/** Whether the payer may not authenticate now. */
export const isPayerBlocked = (failures: PayerFailures, nowMs: number): boolean => failures.blockedUntilMs !== null && nowMs < failures.blockedUntilMs;

/** After a failed authentication. The failure that reaches the maximum blocks for a time and starts the count again. */
export function afterFailure(failures: PayerFailures, policy: BlockPolicy, nowMs: number): PayerFailures {
  const consecutive = failuresAfter(failures.consecutive, 'FAILED');
  return isBlocked(consecutive, policy.failuresMax) ? { consecutive: 0, blockedUntilMs: nowMs + policy.blockMs } : { ...failures, consecutive };
}
