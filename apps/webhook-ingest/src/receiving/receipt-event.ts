import type { DiditEventV1, OutboundEvent } from '@assent/contracts';
import type { WebhookEvent } from '@assent/didit';
import { toRfc3339 } from '@assent/kernel';

/** What the database says of a stored webhook. */
export interface Receipt {
  readonly receiptId: string;
  readonly receivedAt: Date;
}

/**
 * `didit.event` of a stored webhook, or null where it says nothing of a session of ours: console tests, and events about other things.
 * Nothing of the decision is in it: whoever needs that fetches it.
 */
export function receiptEvent(event: WebhookEvent, receipt: Receipt, subjectRef: string | null, traceparent: string): OutboundEvent<DiditEventV1> | null {
  if (event.isTest || event.sessionId === null) return null;
  return {
    type: 'didit.event.v1',
    key: event.sessionId,
    gatewayId: null,
    subject: null,
    causationId: null,
    // Given out in the order of arrival: of two webhooks of one session the later receipt has the larger number.
    sequence: Number(receipt.receiptId),
    subjectRef,
    traceparent,
    body: {
      eventId: event.eventId,
      webhookType: event.type,
      vendorSessionId: event.sessionId,
      status: event.status,
      environment: event.environment,
      applicationId: event.applicationId,
      workflowId: event.workflowId,
      createdAt: toRfc3339(event.createdAtSeconds * 1000),
      dispatchedAt: toRfc3339(event.dispatchedAtSeconds * 1000),
      receivedAt: toRfc3339(receipt.receivedAt.getTime()),
      receiptId: receipt.receiptId,
      bodySha256: event.bodySha256,
      verifiedBy: event.verifiedBy,
    },
  };
}
