import type { Party } from '../facts';

/** What to do about a decline that asks for authentication. */
export type SoftDeclineAction = 'RETRY_WITH_CHALLENGE' | 'RETRY_WITH_PIN' | 'DO_NOT_RETRY_CONTACT_PAYER' | 'TREAT_AS_HARD_DECLINE';

export interface SoftDecline {
  /** Card scheme or provider, lower case; null where only the code is known. */
  readonly scheme: string | null;
  readonly responseCode: string;
  readonly initiator: Party | null;
  /** Whether the declined payment had been authenticated, or was itself the one retry with a challenge. */
  readonly alreadyAuthenticated: boolean;
}

/** Codes that ask for authentication, by who sends them. A code that is not here is an ordinary decline. */
const CODES: ReadonlyMap<string, readonly string[]> = new Map([
  ['mastercard', ['65']],
  ['visa', ['1A', '70']],
  ['amex', ['1A']],
  ['checkout', ['20154']],
  ['acquired', ['565']],
  ['mangopay', ['101305']],
  ['stripe', ['authentication_required']],
]);
/** Computop's codes are long; their end says what it is. */
const COMPUTOP = /(?:1542|0366)$/;
const PIN_REQUIRED = '70';

const ANY_CODE: ReadonlySet<string> = new Set([...CODES.values()].flat());

export function isSoftDecline(scheme: string | null, responseCode: string): boolean {
  if (scheme === null) return ANY_CODE.has(responseCode) || COMPUTOP.test(responseCode);
  return scheme === 'computop' ? COMPUTOP.test(responseCode) : (CODES.get(scheme)?.includes(responseCode) ?? false);
}

/**
 * What to do after a soft decline: once, with a challenge; never after full authentication, where the schemes forbid the code and a retry
 * would go round for ever; never for what the payee initiated, since the payer is not there and must be brought back first.
 */
export function softDeclineAction({ scheme, responseCode, initiator, alreadyAuthenticated }: SoftDecline): SoftDeclineAction {
  return actionOfRetry({ responseCode, initiator, alreadyAuthenticated: alreadyAuthenticated || !isSoftDecline(scheme, responseCode) });
}

/**
 * What a request that names an earlier soft decline is to do. The gateway has read its scheme's code, so a code that is not known here is
 * taken for what the gateway says it is; the guard against going round holds for every code.
 */
export function actionOfRetry({ responseCode, initiator, alreadyAuthenticated }: Omit<SoftDecline, 'scheme'>): SoftDeclineAction {
  if (alreadyAuthenticated) return 'TREAT_AS_HARD_DECLINE';
  if (initiator === 'payee') return 'DO_NOT_RETRY_CONTACT_PAYER';
  return responseCode === PIN_REQUIRED ? 'RETRY_WITH_PIN' : 'RETRY_WITH_CHALLENGE';
}
