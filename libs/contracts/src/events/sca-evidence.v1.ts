import { OneOf, OpenObject, Text, Timestamp } from '../fields';
import { GATEWAY_ID } from './forms';
import { AUTHENTICATION_ID } from './sca-requested.v1';

export const EVIDENCE_KINDS = [
  'PAGE_SERVED',
  'PAYER_CONFIRMED',
  'PAYER_REFUSED',
  'SESSION_OPENED',
  'DECISION_FETCHED',
  'FACTOR_PROVEN',
  'REDEEM_REFUSED',
  'REVIEWED',
  'REMINDER_DUE',
] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** What was shown, confirmed, fetched and proven on the way. Nothing is evidence that no topic carried. */
export class ScaEvidenceV1 {
  @Text('The authentication.', AUTHENTICATION_ID)
  authenticationId!: string;

  @Text('The gateway that asked.', GATEWAY_ID)
  gatewayId!: string;

  @OneOf('What happened.', EVIDENCE_KINDS)
  kind!: EvidenceKind;

  @Timestamp('When it happened.')
  occurredAt!: string;

  @OpenObject('By kind. Of a fetched decision only an allowlist: statuses, scores, flags, warnings, and the hash of the whole answer.')
  data!: Record<string, unknown>;
}
