import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { StackHandle } from '@assent/infra';

export interface SignedWebhook {
  readonly eventId: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Signs webhooks as the vendor of a local stack does, with the secret that lies beside it. */
export function vendorOf(stack: StackHandle): (vendorSessionId: string, status: string) => SignedWebhook {
  const secrets = JSON.parse(readFileSync(path.join(stack.stateDir, 'secrets.json'), 'utf8')) as Record<string, string>;
  return (vendorSessionId, status) => {
    const timestamp = Math.floor(Date.now() / 1000);
    const eventId = randomUUID();
    // Keys sorted, compact, ASCII: so the canonical form is the body itself, and both signatures are one.
    const body = JSON.stringify({
      application_id: secrets['sandboxApplicationId'],
      created_at: timestamp,
      environment: 'sandbox',
      event_id: eventId,
      session_id: vendorSessionId,
      status,
      timestamp,
      webhook_type: 'status.updated',
      workflow_id: secrets['sandboxWorkflowId'],
      workflow_version: 1,
    });
    const signature = createHmac('sha256', secrets['sandboxWebhookSecret'] ?? '').update(body).digest('hex');
    return { eventId, body, headers: { 'content-type': 'application/json', 'x-timestamp': String(timestamp), 'x-signature': signature, 'x-signature-v2': signature } };
  };
}
