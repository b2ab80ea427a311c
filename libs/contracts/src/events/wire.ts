import { AuditCheckpointV1 as AuditCheckpointV1Class } from './audit-checkpoint.v1';
import { AuditEntryV1 as AuditEntryV1Class } from './audit-entry.v1';
import { ComplianceEventV1 as ComplianceEventV1Class } from './compliance-event.v1';
import { DiditEventV1 as DiditEventV1Class } from './didit-event.v1';
import type {
  FxFacts as FxFactsClass,
  TerminalFacts as TerminalFactsClass,
  OwnFacts as OwnFactsClass,
  CorporateFacts as CorporateFactsClass,
  SeriesFacts as SeriesFactsClass,
  AccessFacts as AccessFactsClass,
  MonitoringFacts as MonitoringFactsClass,
  RiskFlags as RiskFlagsClass,
  RiskFacts as RiskFactsClass,
  Facts as FactsClass,
} from './facts';
import type { Payer as PayerClass } from './payer';
import {
  type OutcomeFacts as OutcomeFactsClass,
  type FraudReport as FraudReportClass,
  PaymentOutcomeV1 as PaymentOutcomeV1Class,
} from './payment-outcome.v1';
import type { Payee as PayeeClass, BatchPayee as BatchPayeeClass, Payment as PaymentClass } from './payment';
import {
  type RuleOutcome as RuleOutcomeClass,
  type PolicyRef as PolicyRefClass,
  type StepUp as StepUpClass,
  type DecidedRequest as DecidedRequestClass,
  ScaDecidedV1 as ScaDecidedV1Class,
} from './sca-decided.v1';
import { ScaEvidenceV1 as ScaEvidenceV1Class } from './sca-evidence.v1';
import { ScaRedeemedV1 as ScaRedeemedV1Class } from './sca-redeemed.v1';
import { type RetryOf as RetryOfClass, ScaRequestedV1 as ScaRequestedV1Class } from './sca-requested.v1';
import { ScaRevokedV1 as ScaRevokedV1Class } from './sca-revoked.v1';
import { ScaSessionV1 as ScaSessionV1Class } from './sca-session.v1';
import { type Factor as FactorClass, ScaVerdictV1 as ScaVerdictV1Class } from './sca-verdict.v1';

/**
 * The events as they are on the wire. The classes carry the rules; a body is plain JSON and no instance of them, so its type has the
 * class's fields and nothing else. Each event's name is both: the class as a value, the plain object as a type.
 */

/** A class's fields, and those of its parts, as plain objects. */
export type Wire<T> = T extends readonly (infer Item)[] ? Wire<Item>[] : T extends object ? { [Field in keyof T]: Wire<T[Field]> } : T;

export type FxFacts = Wire<FxFactsClass>;
export type TerminalFacts = Wire<TerminalFactsClass>;
export type OwnFacts = Wire<OwnFactsClass>;
export type CorporateFacts = Wire<CorporateFactsClass>;
export type SeriesFacts = Wire<SeriesFactsClass>;
export type AccessFacts = Wire<AccessFactsClass>;
export type MonitoringFacts = Wire<MonitoringFactsClass>;
export type RiskFlags = Wire<RiskFlagsClass>;
export type RiskFacts = Wire<RiskFactsClass>;
export type Facts = Wire<FactsClass>;
export type Payer = Wire<PayerClass>;
export type OutcomeFacts = Wire<OutcomeFactsClass>;
export type FraudReport = Wire<FraudReportClass>;
export type Payee = Wire<PayeeClass>;
export type BatchPayee = Wire<BatchPayeeClass>;
export type Payment = Wire<PaymentClass>;
export type RuleOutcome = Wire<RuleOutcomeClass>;
export type PolicyRef = Wire<PolicyRefClass>;
export type StepUp = Wire<StepUpClass>;
export type DecidedRequest = Wire<DecidedRequestClass>;
export type RetryOf = Wire<RetryOfClass>;
export type Factor = Wire<FactorClass>;

export const ScaRequestedV1 = ScaRequestedV1Class;
export type ScaRequestedV1 = Wire<ScaRequestedV1Class>;
export const ScaDecidedV1 = ScaDecidedV1Class;
export type ScaDecidedV1 = Wire<ScaDecidedV1Class>;
export const ScaSessionV1 = ScaSessionV1Class;
export type ScaSessionV1 = Wire<ScaSessionV1Class>;
export const ScaVerdictV1 = ScaVerdictV1Class;
export type ScaVerdictV1 = Wire<ScaVerdictV1Class>;
export const ScaRevokedV1 = ScaRevokedV1Class;
export type ScaRevokedV1 = Wire<ScaRevokedV1Class>;
export const ScaRedeemedV1 = ScaRedeemedV1Class;
export type ScaRedeemedV1 = Wire<ScaRedeemedV1Class>;
export const ScaEvidenceV1 = ScaEvidenceV1Class;
export type ScaEvidenceV1 = Wire<ScaEvidenceV1Class>;
export const ComplianceEventV1 = ComplianceEventV1Class;
export type ComplianceEventV1 = Wire<ComplianceEventV1Class>;
export const DiditEventV1 = DiditEventV1Class;
export type DiditEventV1 = Wire<DiditEventV1Class>;
export const PaymentOutcomeV1 = PaymentOutcomeV1Class;
export type PaymentOutcomeV1 = Wire<PaymentOutcomeV1Class>;
export const AuditEntryV1 = AuditEntryV1Class;
export type AuditEntryV1 = Wire<AuditEntryV1Class>;
export const AuditCheckpointV1 = AuditCheckpointV1Class;
export type AuditCheckpointV1 = Wire<AuditCheckpointV1Class>;
