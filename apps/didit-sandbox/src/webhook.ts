import { createHmac, randomUUID } from 'node:crypto';
import { asciiEscaped, vendorJson, type Json, type JsonObject } from './json';

/** One event, before it is sent. The same content and id over all its deliveries; only `timestamp` is fresh each time. */
export interface WebhookContent {
  readonly eventId: string;
  readonly members: JsonObject;
}

export interface SignedDelivery {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const newWebhook = (members: JsonObject): WebhookContent => ({ eventId: randomUUID(), members });

/**
 * The bytes and signatures of one delivery (Didit contract, section 4). Written independently of the verifier in the adapter, so that
 * a mistake in one does not hide in the other.
 */
export function signDelivery(content: WebhookContent, secret: string, nowMs: number, isTest = false): SignedDelivery {
  const timestamp = Math.floor(nowMs / 1000);
  const canonical = vendorJson({ ...content.members, ...(isTest ? {} : { event_id: content.eventId }), timestamp });
  const body = asciiEscaped(canonical);
  const hmac = (message: string): string => createHmac('sha256', secret).update(message, 'utf8').digest('hex');
  const signature = hmac(body);
  const simple = [timestamp, content.members['session_id'], content.members['status'], content.members['webhook_type']].map(fieldText).join(':');
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'DiditWebhook/2.0 +https://didit.me',
      'x-timestamp': String(timestamp),
      'x-signature': signature,
      'x-signature-v2': canonical === body ? signature : hmac(canonical),
      'x-signature-simple': hmac(simple),
      ...(isTest ? { 'x-didit-test-webhook': 'true' } : {}),
    },
  };
}

const fieldText = (value: Json | undefined): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
