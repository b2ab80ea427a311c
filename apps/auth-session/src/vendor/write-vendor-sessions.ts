import { Contended } from '../authentication/contended';
import type { Change, Step } from '../authentication/change';
import { mustBeDiscarded } from '@assent/domain-session';
import { textArray, type Tx } from '@assent/postgres';
import type { WantedTask } from './vendor-tasks';

/** What is sent with the create call of an attempt. */
export interface SessionInput {
  readonly vendorData: string;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Intent extends SessionInput {
  readonly key: string;
  readonly attempt: number;
  readonly namespace: string;
  readonly payerId: string;
  readonly confirmedMs: number;
}
interface Opened {
  readonly key: string;
  readonly attempt: number;
  readonly vendorSessionId: string;
  readonly hostedUrl: string | null;
  readonly status: string;
}
interface Moved {
  readonly vendorSessionId: string;
  /** Null: as it was. */
  readonly status: string | null;
  readonly become: 'SAME' | 'IN_REVIEW' | 'CLOSED' | 'DISCARDED';
}

/** What the events of a transaction mean for the rows of vendor sessions. */
export interface SessionWrites {
  readonly intents: Intent[];
  readonly opened: Opened[];
  readonly moved: Map<string, Moved>;
  /** Attempts that got no session. */
  readonly failed: { readonly key: string; readonly attempt: number }[];
  readonly refused: { readonly vendorSessionId: string; readonly key: string; readonly attempt: number }[];
  readonly deletions: WantedTask[];
}

const BECOMES = { SAME: 0, IN_REVIEW: 1, CLOSED: 2, DISCARDED: 3 } as const;

/** Reads them off the events, in their order: a later one on the same session wins, but what it leaves open stays. */
export function sessionWritesOf(changes: readonly Change[], inputOf: (step: Step) => SessionInput): SessionWrites {
  const writes: SessionWrites = { intents: [], opened: [], moved: new Map(), failed: [], refused: [], deletions: [] };
  for (const change of changes) {
    let previous = change.before;
    for (const step of change.steps) {
      collect(writes, step, previous, inputOf);
      previous = step.record;
    }
  }
  return writes;
}

function collect(writes: SessionWrites, step: Step, previous: Change['before'], inputOf: (step: Step) => SessionInput): void {
  const { event, record, causeId, hostedUrl } = step;
  const { key, namespace, payerId } = record;
  const current = previous !== null && 'session' in previous.state ? (previous.state.session?.vendorSessionId ?? null) : null;
  const move = (vendorSessionId: string | null, become: Moved['become'], status: string | null): void => {
    if (vendorSessionId === null) return;
    const earlier = writes.moved.get(vendorSessionId);
    const stronger = earlier !== undefined && BECOMES[earlier.become] > BECOMES[become] ? earlier.become : become;
    writes.moved.set(vendorSessionId, { vendorSessionId, become: stronger, status: status ?? earlier?.status ?? null });
  };
  switch (event.type) {
    case 'PayerConfirmed':
      writes.intents.push({ key, attempt: event.attempt, namespace, payerId, confirmedMs: event.confirmedAtMs, ...inputOf(step) });
      break;
    case 'VendorSessionOpened':
      writes.opened.push({ key, attempt: event.attempt, vendorSessionId: event.session.vendorSessionId, status: event.session.status, hostedUrl });
      break;
    case 'OpeningFailed':
      if (previous !== null && 'attempt' in previous.state) writes.failed.push({ key, attempt: previous.state.attempt });
      break;
    case 'VendorSessionRefused':
      writes.refused.push({ vendorSessionId: event.vendorSessionId, key, attempt: event.attempt });
      // Whoever refused, turned away or ran out of time left the attempt's row holding the payer's place until this answer.
      if (record.state.status !== 'OPENING' || record.state.attempt !== event.attempt) writes.failed.push({ key, attempt: event.attempt });
      writes.deletions.push({ kind: 'DELETE', vendorSessionId: event.vendorSessionId, key, causeId, reportedStatus: null });
      break;
    case 'VendorSessionDiscarded':
      move(event.vendorSessionId, 'DISCARDED', null);
      writes.deletions.push({ kind: 'DELETE', vendorSessionId: event.vendorSessionId, key, causeId, reportedStatus: null });
      break;
    case 'VendorStatusChanged':
      move(current, 'SAME', event.status);
      break;
    case 'ReviewEntered':
      move(current, 'IN_REVIEW', event.status);
      break;
    case 'AttemptEnded':
      move(current, 'CLOSED', event.status);
      break;
    case 'ApprovalOverturned':
      move(current, 'CLOSED', event.status);
      break;
    case 'Superseded':
      move(current, 'CLOSED', null);
      break;
    case 'VerdictReached':
      // A session that the verdict leaves unfinished is discarded by an event of its own.
      if (record.state.status === 'DECIDED' && record.state.session !== null && !mustBeDiscarded(record.state.session.status)) move(current, 'CLOSED', null);
      break;
    default:
      break;
  }
}

const CLOSE_FAILED = `
  UPDATE vendor_session AS session SET state = 'CLOSED', heard_at = clock_timestamp()
    FROM unnest($1::text[], $2::integer[]) AS failed (key, attempt)
   WHERE session.key = failed.key AND session.attempt = failed.attempt AND session.state = 'OPENING'`;

// The payer's place stays taken until the vendor has certainly forgotten an open session; one in review never held it.
const MOVE = `
  UPDATE vendor_session AS session
     SET status = coalesce(moved.status, session.status), heard_at = clock_timestamp(),
         hosted_url = CASE WHEN moved.become IN ('CLOSED', 'DISCARDED') THEN NULL ELSE session.hosted_url END,
         state = CASE WHEN moved.become = 'SAME' OR session.state = 'DELETING' THEN session.state
                      WHEN moved.become = 'DISCARDED' THEN CASE session.state WHEN 'OPEN' THEN 'DELETING' ELSE 'CLOSED' END
                      ELSE moved.become END
    FROM unnest($1::text[], $2::text[], $3::text[]) AS moved (vendor_session_id, status, become)
   WHERE session.vendor_session_id = moved.vendor_session_id`;

const OPEN = `
  UPDATE vendor_session AS session
     SET state = 'OPEN', vendor_session_id = opened.vendor_session_id, status = opened.status, hosted_url = opened.hosted_url, heard_at = clock_timestamp()
    FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[]) AS opened (key, attempt, vendor_session_id, status, hosted_url)
   WHERE session.key = opened.key AND session.attempt = opened.attempt AND session.state = 'OPENING'`;

const INTEND = `
  INSERT INTO vendor_session (key, attempt, namespace, payer_id, state, vendor_data, metadata, status, confirmed_at, heard_at)
  SELECT key, attempt, namespace, payer_id, 'OPENING', vendor_data, metadata::json, 'Not Started', to_timestamp(confirmed_ms / 1000.0), clock_timestamp()
    FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::float8[])
         AS intent (key, attempt, namespace, payer_id, vendor_data, metadata, confirmed_ms)
  ON CONFLICT DO NOTHING`;

const REFUSE = `
  INSERT INTO refused_vendor_session (vendor_session_id, key, attempt)
  SELECT * FROM unnest($1::text[], $2::text[], $3::smallint[])
  ON CONFLICT DO NOTHING`;

/** Frees the payer's place of an attempt that got no session, after the authentication itself has moved on. */
export async function closeAttempt(tx: Tx, key: string, attempt: number): Promise<void> {
  await tx.query(CLOSE_FAILED, [textArray([key]), [attempt]]);
}

/** @throws Contended where the payer's place or an attempt was taken meanwhile */
export async function writeVendorSessions(tx: Tx, { failed, moved, opened, intents, refused }: SessionWrites): Promise<void> {
  await Promise.all([
    failed.length === 0 ? null : tx.query(CLOSE_FAILED, [textArray(failed.map(({ key }) => key)), failed.map(({ attempt }) => attempt)]),
    moved.size === 0 ? null : moveSessions(tx, [...moved.values()]),
    opened.length === 0 ? null : openSessions(tx, opened),
    intents.length === 0 ? null : intendSessions(tx, intents),
    refused.length === 0 ? null : refuseSessions(tx, refused),
  ]);
}

async function refuseSessions(tx: Tx, refused: SessionWrites['refused']): Promise<void> {
  await tx.query(REFUSE, [textArray(refused.map((row) => row.vendorSessionId)), textArray(refused.map(({ key }) => key)), refused.map(({ attempt }) => attempt)]);
}

async function moveSessions(tx: Tx, moved: readonly Moved[]): Promise<void> {
  await tx.query(MOVE, [
    textArray(moved.map(({ vendorSessionId }) => vendorSessionId)),
    textArray(moved.map(({ status }) => status)),
    textArray(moved.map(({ become }) => become)),
  ]);
}

async function openSessions(tx: Tx, opened: readonly Opened[]): Promise<void> {
  const { rowCount } = await tx.query(OPEN, [
    textArray(opened.map(({ key }) => key)),
    opened.map(({ attempt }) => attempt),
    textArray(opened.map(({ vendorSessionId }) => vendorSessionId)),
    textArray(opened.map(({ status }) => status)),
    textArray(opened.map(({ hostedUrl }) => hostedUrl)),
  ]);
  if (rowCount !== opened.length) throw new Contended('an attempt is no longer being opened');
}

async function intendSessions(tx: Tx, intents: readonly Intent[]): Promise<void> {
  const { rowCount } = await tx.query(INTEND, [
    textArray(intents.map(({ key }) => key)),
    intents.map(({ attempt }) => attempt),
    textArray(intents.map(({ namespace }) => namespace)),
    textArray(intents.map(({ payerId }) => payerId)),
    textArray(intents.map(({ vendorData }) => vendorData)),
    textArray(intents.map(({ metadata }) => JSON.stringify(metadata))),
    intents.map(({ confirmedMs }) => confirmedMs),
  ]);
  if (rowCount !== intents.length) throw new Contended("the payer's place was taken");
}
