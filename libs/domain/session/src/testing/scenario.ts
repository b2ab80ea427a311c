import { bindingOf, shownHash, vendorMetadata } from '@assent/domain-linking';
import type { Authentication, AuthenticationEvent, RequestFacts, VendorSession } from '../authentication';
import { evolve, UNKNOWN } from '../authentication';
import type { Command } from '../commands';
import { decide } from '../decide/decide';
import type { FetchedDecision, VerdictPolicy } from '../fetched-decision';

/** One payment, one payer, one session: what the specs of this library vary from. */
export const START_MS = Date.UTC(2026, 10, 24, 12);
export const TTL_MS = 300_000;
export const POLICY: VerdictPolicy = { allowSingleFactor: true, environment: 'sandbox', workflowId: 'workflow-1' };
export const VENDOR_DATA = 'demo/user-42';
export const SESSION_ID = 'session-1';

export const binding = bindingOf({
  action: 'payment',
  payment: { amount: '247.50', currency: 'EUR', payee: { account: 'ES9121000418450200051332', name: 'Comercio Ejemplo' }, reference: 'order-1' },
});
export const request: RequestFacts = { requestHash: 'a'.repeat(64), shownHash: shownHash(binding), expiresAtMs: START_MS + TTL_MS, reviewSeconds: 0 };
export const metadataOf = (attempt: number, authenticationId = 'auth-0001') => vendorMetadata(binding, { gatewayId: 'demo', authenticationId, attempt });
export const session = (attempt = 1, vendorSessionId = SESSION_ID): VendorSession => ({
  vendorSessionId,
  status: 'Not Started',
  vendorData: VENDOR_DATA,
  metadata: metadataOf(attempt),
});

export const decision = (changes: Partial<FetchedDecision> = {}): FetchedDecision => ({
  vendorSessionId: SESSION_ID,
  status: 'Approved',
  environment: POLICY.environment,
  workflowId: POLICY.workflowId,
  vendorData: VENDOR_DATA,
  metadata: metadataOf(1),
  liveness: [{ status: 'Approved' }],
  faceMatches: [{ status: 'Approved' }],
  ...changes,
});

export const demandIt: Command = {
  type: 'ApplyDecision', decision: 'SCA_REQUIRED', request, onlyByRest: false, payerBlocked: false, policyLetsProceed: false, nowMs: START_MS,
};
export const confirmIt: Command = { type: 'Confirm', shownHash: request.shownHash, payerBlocked: false, openingMaxMs: 10_000, nowMs: START_MS + 1000 };
export const openIt: Command = {
  type: 'AcceptCreatedSession', attempt: 1, created: { vendorSessionId: SESSION_ID, status: 'Not Started', seenBefore: false },
  vendorData: VENDOR_DATA, metadata: metadataOf(1), nowMs: START_MS + 1500,
};
export const fetched = (answer: FetchedDecision | 'GONE' = decision(), more: Partial<Extract<Command, { type: 'ApplyFetchedDecision' }>> = {}): Command => ({
  type: 'ApplyFetchedDecision', vendorSessionId: SESSION_ID, answer, policy: POLICY, otherFactors: [], nowMs: START_MS + 60_000, ...more,
});

/** Applies commands in turn; a refused one leaves the state as it is. */
export function given(...commands: readonly Command[]): Authentication {
  return commands.reduce<Authentication>((state, command) => {
    const result = decide(command, state);
    return result.ok ? result.value.reduce(evolve, state) : state;
  }, UNKNOWN);
}

/** What a command does to a state, and the state after it. */
export function when(command: Command, state: Authentication): { events: AuthenticationEvent[]; refusal: string | null; state: Authentication } {
  const result = decide(command, state);
  return result.ok ? { events: result.value, refusal: null, state: result.value.reduce(evolve, state) } : { events: [], refusal: result.error, state };
}

export const typesOf = (events: readonly AuthenticationEvent[]): string[] => events.map(({ type }) => type);
export const verdictIn = (events: readonly AuthenticationEvent[]) => events.find((event) => event.type === 'VerdictReached')?.verdict ?? null;
