import { NOT_STARTED } from '../vendor-status';

/** What the vendor answered to a create call. */
export interface CreatedSession {
  readonly vendorSessionId: string;
  readonly status: string;
  /** Whether this deployment has met the session id before, in any role. */
  readonly seenBefore: boolean;
}

/**
 * Rule 0: the vendor gives an unfinished session of the same payer to the next create call and overwrites its metadata (Didit contract 0.4),
 * so that a check begun for one payment could approve another. Nothing in the answer tells: a session is taken only if its id was never
 * seen and nobody has started it.
 */
export const isNewAndNotStarted = ({ status, seenBefore }: CreatedSession): boolean => !seenBefore && status === NOT_STARTED;
