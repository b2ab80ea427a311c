export * from './actions';
export * from './audit-checkpoint.v1';
export * from './audit-entry.v1';
export * from './bodies';
export * from './compliance-event.v1';
export * from './didit-event.v1';
export * from './event-types';
export * from './facts';
export * from './payer';
export * from './payment';
export * from './payment-outcome.v1';
export * from './sca-decided.v1';
export * from './sca-evidence.v1';
export * from './sca-redeemed.v1';
export * from './sca-requested.v1';
export * from './sca-revoked.v1';
export * from './sca-session.v1';
export * from './sca-verdict.v1';
export * from './registry';
// Named here, these stand before the classes of the same names that the lines above pass on.
export {
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
  type Wire,
} from './wire';
export type {
  FxFacts,
  TerminalFacts,
  OwnFacts,
  CorporateFacts,
  SeriesFacts,
  AccessFacts,
  MonitoringFacts,
  RiskFlags,
  RiskFacts,
  Facts,
  Payer,
  OutcomeFacts,
  FraudReport,
  Payee,
  BatchPayee,
  Payment,
  RuleOutcome,
  PolicyRef,
  StepUp,
  DecidedRequest,
  RetryOf,
  Factor,
} from './wire';
