import { createHmac, randomUUID } from 'node:crypto';
import { readWebhookEvent, toDecision, verifyWebhook } from '@assent/didit';
import { ACCOUNT, createdOf, decisionOf, sortedJson, webhookOf } from './didit-shapes';

const session = { id: randomUUID(), vendorData: 'demo/payer-1', metadata: sortedJson({ b: '247.50', a: 'Example Shop S.L.' }) };
const NOW_SECONDS = 1_790_000_000;

describe('the stub vendor', () => {
  it('answers a decision that our adapter reads as approved, with the metadata that it was given', () => {
    const decision = toDecision(Buffer.from(decisionOf(session, 'Approved')));
    expect(decision).toMatchObject({ sessionId: session.id, status: 'Approved', environment: ACCOUNT.environment, workflowId: ACCOUNT.workflowId, vendorData: session.vendorData, metadata: { a: 'Example Shop S.L.', b: '247.50' } });
    expect(decision?.liveness?.length).toBe(1);
    expect(decision?.faceMatches?.length).toBe(1);
  });

  it.each(['x-signature', 'x-signature-v2'])('signs webhooks that verify by %s alone: the raw and the canonical form are the same bytes', (header) => {
    const body = webhookOf(session, randomUUID(), NOW_SECONDS);
    const signature = createHmac('sha256', ACCOUNT.webhookSecret).update(body).digest('hex');
    const raw = { body: Buffer.from(body), headers: { 'x-timestamp': String(NOW_SECONDS), [header]: signature } };
    const verified = verifyWebhook(raw, { secrets: [ACCOUNT.webhookSecret], nowMs: NOW_SECONDS * 1000, freshnessSeconds: 300 });
    if (!verified.ok) throw new Error(verified.error);
    expect(readWebhookEvent(verified.value)).toMatchObject({ ok: true, value: { sessionId: session.id, status: 'Approved', applicationId: ACCOUNT.applicationId } });
    expect(body.length).toBeGreaterThan(2500);
  });

  it('answers a create call with valid JSON', () => {
    expect(JSON.parse(createdOf(session, 'http://127.0.0.1:1/session/x'))).toMatchObject({ session_id: session.id, status: 'Not Started', metadata: { a: 'Example Shop S.L.' } });
  });
});
