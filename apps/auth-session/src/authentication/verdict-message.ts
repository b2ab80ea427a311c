import { randomBytes } from 'node:crypto';
import { encodeEvent, type GatewayTopology, type OutboundRecord, type ScaVerdictV1 } from '@assent/contracts';
import type { Verdict } from '@assent/domain-session';
import { toRfc3339, uuidv7 } from '@assent/kernel';
import { childTraceparent } from '@assent/platform';
import type { IssuedCode } from '../codes/authentication-codes';
import type { AuthenticationRecord } from './authentication-record';

export const EVENT_SOURCE = '/services/auth-session';

export interface VerdictParts {
  readonly record: AuthenticationRecord;
  readonly verdict: Verdict;
  /** Only of an approval. */
  readonly code: IssuedCode | null;
}

/** The verdict's body (interface, `sca.verdict`). */
export function verdictBody({ record, verdict, code }: VerdictParts): ScaVerdictV1 {
  return {
    authenticationId: record.authenticationId,
    gatewayId: record.gatewayId,
    action: record.request.action,
    outcome: verdict.outcome,
    mayProceed: verdict.mayProceed,
    validUntil: validUntil(record, verdict, code),
    assurance: verdict.assurance,
    reasons: [...verdict.reasons],
    exemption: record.exemption,
    policy: record.policy,
    factors: verdict.factors.map(({ category, method, provenAtMs }) => ({ category, method, provenAt: toRfc3339(provenAtMs) })),
    authenticationCode: code?.code ?? null,
    payment: record.request.payment,
    decidedAt: toRfc3339(verdict.decidedAtMs),
  };
}

/** Until when the answer may be acted on: the code's expiry, or the request's; null where it may not be. */
function validUntil({ state }: AuthenticationRecord, { mayProceed }: Verdict, code: IssuedCode | null): string | null {
  if (!mayProceed) return null;
  return toRfc3339(code === null ? state.expiresAtMs : code.expiresAtMs);
}

export interface VerdictEnvelope {
  readonly topology: GatewayTopology;
  readonly sequence: number;
  readonly subjectRef: string;
  readonly causationId: string | null;
}

/** The verdict's message, once and for all: these bytes are stored and published, now and whenever the gateway asks again. */
export function verdictRecord(parts: VerdictParts, { topology, sequence, subjectRef, causationId }: VerdictEnvelope): OutboundRecord {
  const { record, verdict } = parts;
  const { key, gatewayId, authenticationId } = record;
  return encodeEvent(
    { type: 'sca.verdict.v1', key, gatewayId, subject: authenticationId, body: verdictBody(parts), causationId, sequence, subjectRef },
    {
      source: EVENT_SOURCE,
      id: uuidv7(verdict.decidedAtMs, randomBytes(10)),
      time: toRfc3339(verdict.decidedAtMs),
      traceparent: childTraceparent(record.traceparent),
      topology,
    },
  );
}
