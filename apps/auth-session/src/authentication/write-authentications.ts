import { byteaArray, textArray, type Tx } from '@assent/postgres';
import type { ApprovalLinks } from './approval-links';
import { Contended } from './contended';
import { mustBeInTime, type WritableChange } from './change';
import type { AuthenticationRecord } from './authentication-record';

const time = (column: string): string => `to_timestamp(${column} / 1000.0)`;

// The statement that decides tests the time itself: a row whose time is over by now is not written, and the transaction begins again.
const INSERT = `
  INSERT INTO authentication (
      key, gateway_id, authentication_id, namespace, payer_id, action, request, request_hash, shown_hash, review_seconds, requested_at, requested_expiry, expires_at,
      state, version, demand, policy_lets_proceed, exemption, policy, cause_id, traceparent, token_hash, outcome, decided_at, decision_seen,
      verdict_topic, verdict_headers, verdict_value)
  SELECT key, gateway_id, authentication_id, namespace, payer_id, action, request::json, request_hash, shown_hash, review_seconds,
         ${time('requested_ms')}, ${time('expires_ms')}, ${time('expires_ms')}, state, version, demand, lets_proceed, exemption, policy::json, cause_id, traceparent, token_hash,
         outcome, ${time('decided_ms')}, decision_seen, verdict_topic, verdict_headers::json, verdict_value
    FROM unnest(
           $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::integer[], $11::float8[], $12::float8[],
           $13::text[], $14::integer[], $15::text[], $16::boolean[], $17::text[], $18::text[], $19::text[], $20::text[], $21::bytea[], $22::text[], $23::float8[], $24::boolean[],
           $25::text[], $26::text[], $27::bytea[], $28::boolean[])
         AS new (key, gateway_id, authentication_id, namespace, payer_id, action, request, request_hash, shown_hash, review_seconds, requested_ms, expires_ms,
           state, version, demand, lets_proceed, exemption, policy, cause_id, traceparent, token_hash, outcome, decided_ms, decision_seen,
           verdict_topic, verdict_headers, verdict_value, in_time)
   WHERE NOT in_time OR clock_timestamp() < ${time('expires_ms')}
  ON CONFLICT DO NOTHING`;

const UPDATE = `
  UPDATE authentication AS row
     SET state = new.state, version = new.version, demand = coalesce(new.demand, row.demand),
         policy_lets_proceed = new.lets_proceed OR row.policy_lets_proceed, exemption = new.exemption, policy = new.policy::json,
         cause_id = new.cause_id, traceparent = new.traceparent, page_served_count = new.page_served_count,
         attempt = greatest(new.attempt, row.attempt), expires_at = ${time('new.expires_ms')},
         confirmed_at = ${time('new.confirmed_ms')}, last_failure = new.last_failure, review_used = new.review_used OR row.review_used, vendor_session_id = new.vendor_session_id,
         outcome = new.outcome, decided_at = ${time('new.decided_ms')}, decision_seen = new.decision_seen,
         overturned_at = CASE WHEN new.overturned THEN coalesce(row.overturned_at, clock_timestamp()) END,
         verdict_topic = coalesce(row.verdict_topic, new.verdict_topic), verdict_headers = coalesce(row.verdict_headers, new.verdict_headers::json),
         verdict_value = coalesce(row.verdict_value, new.verdict_value)
    FROM unnest(
           $1::text[], $2::text[], $3::integer[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::text[], $9::text[], $10::integer[], $11::integer[], $12::float8[],
           $13::float8[], $14::text[], $15::boolean[], $16::text[], $17::text[], $18::float8[], $19::boolean[], $20::boolean[],
           $21::text[], $22::text[], $23::bytea[], $24::boolean[])
         AS new (key, state, version, demand, lets_proceed, exemption, policy, cause_id, traceparent, page_served_count, attempt, expires_ms,
           confirmed_ms, last_failure, review_used, vendor_session_id, outcome, decided_ms, decision_seen, overturned, verdict_topic, verdict_headers, verdict_value, in_time)
   WHERE row.key = new.key AND (NOT new.in_time OR clock_timestamp() < row.expires_at)`;

/** @throws Contended where a key was taken or a request's time ran out since it was read */
export async function insertAuthentications(tx: Tx, changes: readonly WritableChange[], links: ApprovalLinks): Promise<void> {
  if (changes.length === 0) return;
  const records = changes.map(({ after }) => after);
  const columns = changes.map(stateColumns);
  const { rowCount } = await tx.query(INSERT, [
    textArray(records.map(({ key }) => key)),
    textArray(records.map(({ gatewayId }) => gatewayId)),
    textArray(records.map(({ authenticationId }) => authenticationId)),
    textArray(records.map(({ namespace }) => namespace)),
    textArray(records.map(({ payerId }) => payerId)),
    textArray(records.map(({ request }) => request.action)),
    textArray(records.map(({ request }) => JSON.stringify(request))),
    textArray(records.map(({ state }) => state.request.requestHash)),
    textArray(records.map(({ state }) => state.request.shownHash)),
    records.map(({ state }) => state.request.reviewSeconds),
    records.map(({ requestedAtMs }) => requestedAtMs),
    records.map(({ state }) => state.request.expiresAtMs),
    textArray(columns.map(({ state }) => state)),
    columns.map(({ version }) => version),
    textArray(columns.map(({ demand }) => demand)),
    columns.map(({ letsProceed }) => letsProceed),
    textArray(columns.map(({ exemption }) => exemption)),
    textArray(columns.map(({ policy }) => policy)),
    textArray(columns.map(({ causeId }) => causeId)),
    textArray(columns.map(({ traceparent }) => traceparent)),
    byteaArray(records.map(({ key }) => links.hashOf(key))),
    textArray(columns.map(({ outcome }) => outcome)),
    columns.map(({ decidedMs }) => decidedMs),
    columns.map(({ decisionSeen }) => decisionSeen),
    textArray(columns.map(({ verdictTopic }) => verdictTopic)),
    textArray(columns.map(({ verdictHeaders }) => verdictHeaders)),
    byteaArray(columns.map(({ verdictValue }) => verdictValue)),
    columns.map(({ inTime }) => inTime),
  ]);
  if (rowCount !== changes.length) throw new Contended('a key was taken, or the time of a request ran out');
}

/** @throws Contended where a request's time ran out since it was read */
export async function updateAuthentications(tx: Tx, changes: readonly WritableChange[]): Promise<void> {
  if (changes.length === 0) return;
  const columns = changes.map(stateColumns);
  const { rowCount } = await tx.query(UPDATE, [
    textArray(changes.map(({ after }) => after.key)),
    textArray(columns.map(({ state }) => state)),
    columns.map(({ version }) => version),
    textArray(columns.map(({ demand }) => demand)),
    columns.map(({ letsProceed }) => letsProceed),
    textArray(columns.map(({ exemption }) => exemption)),
    textArray(columns.map(({ policy }) => policy)),
    textArray(columns.map(({ causeId }) => causeId)),
    textArray(columns.map(({ traceparent }) => traceparent)),
    columns.map(({ pageServedCount }) => pageServedCount),
    columns.map(({ attempt }) => attempt),
    columns.map(({ expiresMs }) => expiresMs),
    columns.map(({ confirmedMs }) => confirmedMs),
    textArray(columns.map(({ lastFailure }) => lastFailure)),
    columns.map(({ reviewUsed }) => reviewUsed),
    textArray(columns.map(({ vendorSessionId }) => vendorSessionId)),
    textArray(columns.map(({ outcome }) => outcome)),
    columns.map(({ decidedMs }) => decidedMs),
    columns.map(({ decisionSeen }) => decisionSeen),
    columns.map(({ overturned }) => overturned),
    textArray(columns.map(({ verdictTopic }) => verdictTopic)),
    textArray(columns.map(({ verdictHeaders }) => verdictHeaders)),
    byteaArray(columns.map(({ verdictValue }) => verdictValue)),
    columns.map(({ inTime }) => inTime),
  ]);
  if (rowCount !== changes.length) throw new Contended('the time of a request ran out');
}

/** A record's changing part as columns. What a decided authentication no longer says in its state keeps what the row before says. */
function stateColumns(change: WritableChange) {
  const { after, before, version, verdictRecord } = change;
  const { state } = after;
  const decided = state.status === 'DECIDED' ? state : null;
  const demanded = demandedOf(after) ?? (before === null ? null : demandedOf(before));
  return {
    state: state.status,
    version,
    demand: demanded?.demand ?? null,
    letsProceed: demanded?.policyLetsProceed ?? false,
    exemption: after.exemption,
    policy: after.policy === null ? null : JSON.stringify(after.policy),
    causeId: after.causeId,
    traceparent: after.traceparent,
    pageServedCount: after.pageServedCount,
    attempt: demanded?.attempt ?? 0,
    expiresMs: state.expiresAtMs,
    confirmedMs: state.status === 'OPENING' ? state.confirmedAtMs : null,
    lastFailure: state.status === 'AWAITING_PAYER' ? state.lastFailure : null,
    reviewUsed: demanded?.reviewUsed ?? false,
    vendorSessionId: 'session' in state ? (state.session?.vendorSessionId ?? null) : null,
    outcome: decided?.verdict.outcome ?? null,
    decidedMs: decided?.verdict.decidedAtMs ?? null,
    decisionSeen: decided?.decisionSeen ?? false,
    overturned: decided?.overturned ?? false,
    verdictTopic: verdictRecord?.topic ?? null,
    verdictHeaders: verdictRecord === null ? null : JSON.stringify(verdictRecord.headers),
    verdictValue: verdictRecord?.value ?? null,
    inTime: mustBeInTime(change),
  };
}

const demandedOf = ({ state }: AuthenticationRecord) => ('demand' in state ? state : null);
