import { ok, refuse, type Result } from '@assent/kernel';
import { canonicalBody } from './canonical-body';
import type { VendorEnvironment } from './decision';
import type { VerifiedBy, VerifiedWebhook } from './signature';
import { toEnvironment } from './to-decision';
import { integerOf, isUuid, textOf, uuidOf } from './wire';

/** One verified delivery in our words (Didit contract, section 4.3). A hint that something changed: the decision is fetched. */
export interface WebhookEvent {
  /** The vendor's event id, the same over retries; where it is missing, a name made of session, type and dispatch time. */
  readonly eventId: string;
  /** False where `eventId` had to be made up. */
  readonly hasVendorId: boolean;
  readonly type: string;
  /** Null for events that concern no session (transactions, users). */
  readonly sessionId: string | null;
  /** As the vendor wrote it. */
  readonly status: string | null;
  readonly environment: VendorEnvironment | null;
  readonly applicationId: string | null;
  readonly workflowId: string | null;
  readonly vendorData: string | null;
  /** Unix seconds: when it happened. Orders events; falls back to the dispatch. */
  readonly createdAtSeconds: number;
  /** Unix seconds: when it was sent, this time. */
  readonly dispatchedAtSeconds: number;
  readonly isTest: boolean;
  readonly bodySha256: string;
  readonly verifiedBy: VerifiedBy;
}

export type EventRefusal = 'EVENT_ID_INVALID' | 'EVENT_TYPE_INVALID' | 'SESSION_ID_INVALID' | 'STATUS_INVALID' | 'CREATED_AT_INVALID';

const SECONDS_MAX = 253_402_300_799;

/** Reads a verified delivery. Refuses what does not fit the contract: signed, but not to be guessed at. */
export function readWebhookEvent(webhook: VerifiedWebhook): Result<WebhookEvent, EventRefusal> {
  const wire = webhook.content;
  const type = textOf(wire, 'webhook_type', 64);
  if (type === null) return refuse('EVENT_TYPE_INVALID');
  if (isBeyondText(wire['session_id'], isUuid)) return refuse('SESSION_ID_INVALID');
  if (isBeyondText(wire['status'], (text) => text.length <= 64)) return refuse('STATUS_INVALID');
  const created = wire['created_at'];
  const createdAtSeconds = created === undefined || created === null ? webhook.dispatchedAtSeconds : integerOf(wire, 'created_at');
  if (createdAtSeconds === null || createdAtSeconds < 0 || createdAtSeconds > SECONDS_MAX) return refuse('CREATED_AT_INVALID');
  const sessionId = uuidOf(wire, 'session_id');
  const vendorId = eventIdOf(wire['event_id']);
  if (vendorId === undefined) return refuse('EVENT_ID_INVALID');
  return ok({
    eventId: vendorId ?? `${sessionId ?? 'none'}/${type}/${webhook.dispatchedAtSeconds}`,
    hasVendorId: vendorId !== null,
    type,
    sessionId,
    status: textOf(wire, 'status', 64),
    environment: toEnvironment(textOf(wire, 'environment', 16)),
    applicationId: textOf(wire, 'application_id', 128),
    workflowId: textOf(wire, 'workflow_id', 128),
    vendorData: textOf(wire, 'vendor_data', 1024),
    createdAtSeconds,
    dispatchedAtSeconds: webhook.dispatchedAtSeconds,
    isTest: webhook.isTest,
    bodySha256: webhook.bodySha256,
    verifiedBy: webhook.verifiedBy,
  });
}

/** Whether a value is there and is not a text that the contract allows. Absent and null are allowed. */
function isBeyondText(value: unknown, fits: (text: string) => boolean): boolean {
  if (value === undefined || value === null) return false;
  return typeof value !== 'string' || textOf({ value }, 'value', 256) === null || !fits(value.toLowerCase());
}

const EVENT_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** Null where the vendor sent none (console tests do that), undefined where it is not an id. */
function eventIdOf(value: unknown): string | null | undefined {
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'string' && EVENT_ID.test(value) ? value : undefined;
}

/**
 * Whether two deliveries say the same. A retry or resend keeps the event's id and content but refreshes `timestamp` (contract, section 4.1):
 * bodies are compared in canonical form without it. A body without a canonical form equals only its own bytes.
 */
export function saysTheSame(left: Buffer, right: Buffer): boolean {
  if (left.equals(right)) return true;
  const a = canonicalBody(left.toString('utf8'), 'timestamp');
  const b = canonicalBody(right.toString('utf8'), 'timestamp');
  return a.ok && b.ok && a.value === b.value;
}
