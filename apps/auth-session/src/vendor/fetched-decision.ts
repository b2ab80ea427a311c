import { type BiometricCheck, type DeviceSignal, statusText, type VendorDecision, type VendorWarning } from '@assent/didit';
import type { FetchedDecision } from '@assent/domain-session';
import { reportableStatus } from './reportable-status';

/** The decision as the domain judges it. */
export const toFetchedDecision = (decision: VendorDecision): FetchedDecision => ({
  vendorSessionId: decision.sessionId,
  status: reportableStatus(statusText(decision.status)),
  environment: decision.environment,
  workflowId: decision.workflowId,
  vendorData: decision.vendorData,
  metadata: decision.metadata,
  liveness: decision.liveness?.map(({ status }) => ({ status: statusText(status) })) ?? null,
  faceMatches: decision.faceMatches?.map(({ status }) => ({ status: statusText(status) })) ?? null,
});

/**
 * What of a decision becomes evidence: statuses, scores, flags and warnings, and the hash of the whole answer. An allowlist: no address,
 * no fingerprint, no picture, no metadata, which the payer's confirmation has bound already.
 */
export const decisionEvidence = (attempt: number, decision: VendorDecision): Readonly<Record<string, unknown>> => ({
  attempt,
  vendorSessionId: decision.sessionId,
  environment: decision.environment,
  workflowId: decision.workflowId,
  liveness: decision.liveness?.map(checkEvidence) ?? null,
  faceMatches: decision.faceMatches?.map(checkEvidence) ?? null,
  deviceSignals: decision.deviceSignals?.map(signalEvidence) ?? null,
  answerSha256: decision.answerSha256,
});

const checkEvidence = ({ status, score, method, warnings }: BiometricCheck) => ({ status: statusText(status), score, method, warnings: warnings.map(warningEvidence) });

const signalEvidence = ({ status, countryCode, isVpnOrTor, isDataCentre, matchesOfOthers, warnings }: DeviceSignal) => ({
  status: statusText(status), countryCode, isVpnOrTor, isDataCentre, matchesOfOthers, warnings: warnings.map(warningEvidence),
});

const warningEvidence = ({ check, risk, severity }: VendorWarning) => ({ check, risk, severity });
