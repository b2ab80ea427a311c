import type { EvidenceKind, OutboundEvent, ScaEvidenceV1, ScaRequestedV1, ScaSessionV1 } from '@assent/contracts';
import { type AuthenticationEvent, hasSession, NOT_STARTED } from '@assent/domain-session';
import { toRfc3339 } from '@assent/kernel';
import type { AuthenticationRecord } from './authentication-record';

/** A message without what every message of an authentication has alike. */
export type Message = Pick<OutboundEvent, 'type' | 'body' | 'time'>;

/** What a domain event needs to be told to others. */
export interface Telling {
  /** After the event. */
  readonly record: AuthenticationRecord;
  readonly nowMs: number;
  /** Null once it can't be used. */
  readonly approvalUrl: string | null;
  /** What goes beside the bare fact into the evidence, by an allowlist of its maker. */
  readonly evidence: Readonly<Record<string, unknown>>;
  /** The request as its caller sent it, for the event that carries it on. */
  readonly requested: ScaRequestedV1 | null;
}

/**
 * What others are told of a domain event: none, one or several messages. The verdict and the revocation are written elsewhere, since
 * they need the authentication code.
 */
export function messagesOf(event: AuthenticationEvent, telling: Telling): Message[] {
  const { record, evidence, requested } = telling;
  switch (event.type) {
    case 'RequestReceived':
      // Its time is the request's: the exemption engine counts the time to live from it.
      return requested === null ? [] : [{ type: 'sca.requested.v1', body: requested, time: toRfc3339(record.requestedAtMs) }];
    case 'AuthenticationDemanded':
      return [sessionMessage(telling, { attempt: 1, status: NOT_STARTED, vendorSessionId: null })];
    case 'PageServed':
      return [evidenceMessage(telling, 'PAGE_SERVED', { shownHash: record.state.request.shownHash, ...evidence })];
    case 'PayerConfirmed':
      return [evidenceMessage(telling, 'PAYER_CONFIRMED', { attempt: event.attempt, shownHash: event.shownHash, ...evidence })];
    case 'PayerRefused':
      return [evidenceMessage(telling, 'PAYER_REFUSED', { shownHash: event.shownHash, ...evidence })];
    case 'VendorSessionOpened': {
      const { vendorSessionId, status } = event.session;
      return [
        evidenceMessage(telling, 'SESSION_OPENED', { attempt: event.attempt, vendorSessionId, ...evidence }),
        sessionMessage(telling, { attempt: event.attempt, status, vendorSessionId }),
      ];
    }
    case 'VendorStatusChanged':
    case 'ReviewEntered':
      if (!hasSession(record.state)) return [];
      return [sessionMessage(telling, { attempt: record.state.attempt, status: event.status, vendorSessionId: record.state.session.vendorSessionId })];
    case 'AttemptEnded':
      return record.state.status === 'AWAITING_PAYER' ? [sessionMessage(telling, { attempt: record.state.attempt, status: event.status, vendorSessionId: null })] : [];
    case 'Superseded':
      // The next attempt, which waits for the payer like the first.
      return record.state.status === 'AWAITING_PAYER' ? [sessionMessage(telling, { attempt: record.state.attempt + 1, status: NOT_STARTED, vendorSessionId: null })] : [];
    case 'DecisionRead':
      return [evidenceMessage(telling, 'DECISION_FETCHED', { status: event.status, ...evidence })];
    case 'FactorProven': {
      const { category, method, provenAtMs } = event.factor;
      return [evidenceMessage(telling, 'FACTOR_PROVEN', { category, method, provenAt: toRfc3339(provenAtMs) })];
    }
    default:
      return [];
  }
}

type SessionFacts = Pick<ScaSessionV1, 'attempt' | 'status' | 'vendorSessionId'>;

function sessionMessage({ record, nowMs, approvalUrl }: Telling, { attempt, status, vendorSessionId }: SessionFacts): Message {
  const body: ScaSessionV1 = {
    authenticationId: record.authenticationId,
    gatewayId: record.gatewayId,
    attempt,
    status,
    approvalUrl,
    vendorSessionId,
    expiresAt: toRfc3339(record.state.expiresAtMs),
    occurredAt: toRfc3339(nowMs),
  };
  return { type: 'sca.session.v1', body };
}

function evidenceMessage({ record, nowMs }: Telling, kind: EvidenceKind, data: Readonly<Record<string, unknown>>): Message {
  const body: ScaEvidenceV1 = { authenticationId: record.authenticationId, gatewayId: record.gatewayId, kind, occurredAt: toRfc3339(nowMs), data };
  return { type: 'sca.evidence.v1', body };
}
