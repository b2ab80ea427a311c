import type {
  ScaRequestedV1,
  ScaDecidedV1,
  ScaSessionV1,
  ScaVerdictV1,
  ScaRevokedV1,
  ScaRedeemedV1,
  ScaEvidenceV1,
  ComplianceEventV1,
  DiditEventV1,
  PaymentOutcomeV1,
  AuditEntryV1,
  AuditCheckpointV1,
} from './wire';

/** Which body belongs to which event type. */
export interface EventBodies {
  'sca.requested.v1': ScaRequestedV1;
  'sca.decided.v1': ScaDecidedV1;
  'sca.session.v1': ScaSessionV1;
  'sca.verdict.v1': ScaVerdictV1;
  'sca.revoked.v1': ScaRevokedV1;
  'sca.redeemed.v1': ScaRedeemedV1;
  'sca.evidence.v1': ScaEvidenceV1;
  'compliance.event.v1': ComplianceEventV1;
  'didit.event.v1': DiditEventV1;
  'payment.outcome.v1': PaymentOutcomeV1;
  'audit.entry.v1': AuditEntryV1;
  'audit.checkpoint.v1': AuditCheckpointV1;
}
