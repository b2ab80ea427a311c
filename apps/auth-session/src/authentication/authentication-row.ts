import type { OutboundRecord, PolicyRef, ScaVerdictV1 } from '@assent/contracts';
import { type Authentication, type Demand, type OpeningFailure, type Outcome, type RequestFacts, type Verdict, type VendorSession } from '@assent/domain-session';
import { assertNever, invariant } from '@assent/kernel';
import type { AuthenticationRecord, StoredRequest } from './authentication-record';

const ms = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;

/** The columns of `authentication` as {@link AuthenticationRow} names them. */
export const AUTHENTICATION_COLUMNS = `
  key, gateway_id, authentication_id, namespace, payer_id, request, request_hash, shown_hash, review_seconds, state, version, demand, policy_lets_proceed,
  exemption, policy, cause_id, traceparent, page_served_count, attempt, last_failure, review_used, vendor_session_id, outcome, decision_seen,
  verdict_topic, verdict_headers, verdict_value, overturned_at IS NOT NULL AS overturned,
  ${ms('requested_at')} AS requested_at_ms, ${ms('requested_expiry')} AS requested_expiry_ms, ${ms('expires_at')} AS expires_at_ms,
  ${ms('confirmed_at')} AS confirmed_at_ms, ${ms('decided_at')} AS decided_at_ms`;

type StateName = Exclude<Authentication['status'], 'UNKNOWN'>;

export interface AuthenticationRow {
  readonly key: string;
  readonly gateway_id: string;
  readonly authentication_id: string;
  readonly namespace: string;
  readonly payer_id: string;
  readonly request: StoredRequest;
  readonly request_hash: string;
  readonly shown_hash: string;
  readonly review_seconds: number;
  readonly state: StateName;
  readonly version: number;
  readonly demand: Demand | null;
  readonly policy_lets_proceed: boolean;
  readonly exemption: string | null;
  readonly policy: PolicyRef | null;
  readonly cause_id: string | null;
  readonly traceparent: string | null;
  readonly page_served_count: number;
  readonly attempt: number;
  readonly last_failure: OpeningFailure | null;
  readonly review_used: boolean;
  readonly vendor_session_id: string | null;
  readonly outcome: Outcome | null;
  readonly decision_seen: boolean;
  readonly verdict_topic: string | null;
  readonly verdict_headers: Readonly<Record<string, string>> | null;
  readonly verdict_value: Buffer | null;
  readonly overturned: boolean;
  readonly requested_at_ms: number;
  readonly requested_expiry_ms: number;
  readonly expires_at_ms: number;
  readonly confirmed_at_ms: number | null;
  readonly decided_at_ms: number | null;
}

/** The vendor session that a row names, as far as deciding needs it. */
export interface CurrentSessionRow {
  readonly key: string;
  readonly vendor_session_id: string;
  readonly status: string;
  readonly vendor_data: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** @throws where row and session do not fit together: a broken invariant, on which nothing may be decided */
export function toRecord(row: AuthenticationRow, session: CurrentSessionRow | null): AuthenticationRecord {
  const { key, gateway_id: gatewayId, authentication_id: authenticationId, namespace, payer_id: payerId, request, version, exemption, policy, traceparent } = row;
  return {
    key, gatewayId, authenticationId, namespace, payerId, request, version, exemption, policy, traceparent,
    requestedAtMs: row.requested_at_ms, pageServedCount: row.page_served_count, causeId: row.cause_id,
    state: toState(row, session), verdictRecord: verdictRecordOf(row),
  };
}

function toState(row: AuthenticationRow, session: CurrentSessionRow | null): AuthenticationRecord['state'] {
  const request: RequestFacts = { requestHash: row.request_hash, shownHash: row.shown_hash, expiresAtMs: row.requested_expiry_ms, reviewSeconds: row.review_seconds };
  const known = { request, expiresAtMs: row.expires_at_ms };
  if (row.state === 'PENDING') return { ...known, status: row.state };
  if (row.state === 'DECIDED') {
    return { ...known, status: row.state, verdict: verdictOf(row), session: toSession(session), decisionSeen: row.decision_seen, overturned: row.overturned };
  }
  invariant(row.demand, 'a payer is asked because a decision demands it');
  const demanded = {
    ...known, demand: row.demand, policyLetsProceed: row.policy_lets_proceed, attempt: row.attempt, pageServed: row.page_served_count > 0, reviewUsed: row.review_used,
  };
  switch (row.state) {
    case 'AWAITING_PAYER':
      return { ...demanded, status: row.state, lastFailure: row.last_failure };
    case 'OPENING':
      invariant(row.confirmed_at_ms, 'an opening was confirmed');
      return { ...demanded, status: row.state, confirmedAtMs: row.confirmed_at_ms };
    case 'IN_CHECK':
    case 'IN_REVIEW': {
      const current = toSession(session);
      invariant(current, 'a check has its session');
      return { ...demanded, status: row.state, session: current };
    }
    default:
      return assertNever(row.state, 'state');
  }
}

const toSession = (row: CurrentSessionRow | null): VendorSession | null =>
  row === null ? null : { vendorSessionId: row.vendor_session_id, status: row.status, vendorData: row.vendor_data, metadata: row.metadata };

/** The verdict as it was said: read from the published message, which is the only copy. */
function verdictOf(row: AuthenticationRow): Verdict {
  const body = verdictBodyOf(row);
  const [first, ...more] = body.reasons as unknown as Verdict['reasons'][number][];
  invariant(first, 'a verdict has a reason');
  const factors = body.factors.map(({ category, method, provenAt }) => ({ category, method, provenAtMs: Date.parse(provenAt) }));
  return {
    outcome: body.outcome, reasons: [first, ...more], mayProceed: body.mayProceed, assurance: body.assurance, factors, decidedAtMs: Date.parse(body.decidedAt),
    payerFailed: first === 'AUTHENTICATION_FAILED',
  };
}

/** The stored verdict's body. */
export function verdictBodyOf(row: Pick<AuthenticationRow, 'verdict_value'>): ScaVerdictV1 {
  invariant(row.verdict_value, 'a decided authentication has its verdict');
  return JSON.parse(row.verdict_value.toString('utf8')) as ScaVerdictV1;
}

function verdictRecordOf({ key, verdict_topic: topic, verdict_headers: headers, verdict_value: value }: AuthenticationRow): OutboundRecord | null {
  return topic === null || headers === null || value === null ? null : { topic, key, headers, value };
}
