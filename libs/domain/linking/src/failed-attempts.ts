/** RTS 2018/389 Article 4(3)(b): at most five failed attempts may follow one another. A house may allow fewer, never more. */
export const CONSECUTIVE_FAILURES_MAX = 5;

/** Article 4(3)(d): at most five minutes without activity after the payer has logged in. */
export const IDLE_SECONDS_MAX = 300;

export type AttemptOutcome = 'FAILED' | 'SUCCEEDED';

/** Whether a deployment may set this maximum: a whole number from one to five. Configuration is checked with it at start-up. */
export const isLawfulMaximum = (failuresMax: number): boolean => Number.isInteger(failuresMax) && failuresMax >= 1 && failuresMax <= CONSECUTIVE_FAILURES_MAX;

/** The count of consecutive failures after one more attempt: a success starts it again. */
export const failuresAfter = (consecutiveFailures: number, outcome: AttemptOutcome): number => (outcome === 'FAILED' ? consecutiveFailures + 1 : 0);

/** Blocked from the failure that reaches the maximum on; an unlawful maximum blocks as the lawful one would. */
export const isBlocked = (consecutiveFailures: number, failuresMax: number = CONSECUTIVE_FAILURES_MAX): boolean =>
  consecutiveFailures >= (isLawfulMaximum(failuresMax) ? failuresMax : CONSECUTIVE_FAILURES_MAX);

/** Whether a log-in session has been idle for too long: 300 s is still inside, 301 s is not. */
export const isIdleTooLong = (idleSeconds: number): boolean => idleSeconds > IDLE_SECONDS_MAX;
