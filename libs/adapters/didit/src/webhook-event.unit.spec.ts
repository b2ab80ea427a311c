import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { verifyWebhook, type VerifiedWebhook } from './signature';
import { readWebhookEvent, saysTheSame } from './webhook-event';

const SECRET = 'whsec_test_0123456789abcdefghijklmnopqrstuv';
const NOW = 1_774_970_000;
const SESSION = '7c1e2d3f-4a5b-4c6d-8e9f-0a1b2c3d4e5f';
const MEMBERS = {
  event_id: '0b6f4a52-7d0e-4d1c-9d65-0a1f5f7c2e11',
  webhook_type: 'status.updated',
  created_at: NOW - 6,
  application_id: '5a1d9c34-8f7e-4b02-9a6d-3c2b1e0f4d55',
  environment: 'live',
  session_id: SESSION,
  status: 'Approved',
  workflow_id: 'd1c2b3a4-0000-4000-8000-000000000001',
  vendor_data: 'demo/user-42',
};

function verified(members: object, headers: Record<string, string> = {}): VerifiedWebhook {
  const body = Buffer.from(JSON.stringify({ timestamp: NOW, ...members }));
  const signature = createHmac('sha256', SECRET).update(body).digest('hex');
  const result = verifyWebhook({ body, headers: { 'x-timestamp': String(NOW), 'x-signature': signature, ...headers } }, { secrets: [SECRET], nowMs: NOW * 1000, freshnessSeconds: 300 });
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

describe('reading a verified webhook', () => {
  it('gives the envelope in our words', () => {
    expect(readWebhookEvent(verified(MEMBERS))).toEqual({
      ok: true,
      value: {
        eventId: MEMBERS.event_id,
        hasVendorId: true,
        type: 'status.updated',
        sessionId: SESSION,
        status: 'Approved',
        environment: 'live',
        applicationId: MEMBERS.application_id,
        workflowId: MEMBERS.workflow_id,
        vendorData: 'demo/user-42',
        createdAtSeconds: NOW - 6,
        dispatchedAtSeconds: NOW,
        isTest: false,
        bodySha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        verifiedBy: 'X-Signature',
      },
    });
  });

  it('without an event id one is made of session, type and time', () => {
    expect(readWebhookEvent(verified({ ...MEMBERS, event_id: undefined }))).toMatchObject({ ok: true, value: { eventId: `${SESSION}/status.updated/${String(NOW)}`, hasVendorId: false } });
  });

  it('an event about no session has none', () => {
    expect(readWebhookEvent(verified({ webhook_type: 'transaction.created', event_id: 'e-1' }))).toMatchObject({ ok: true, value: { sessionId: null, status: null, environment: null, createdAtSeconds: NOW } });
  });

  it('an unknown status is kept', () => expect(readWebhookEvent(verified({ ...MEMBERS, status: 'Paused' }))).toMatchObject({ ok: true, value: { status: 'Paused' } }));

  it.each([
    [{ webhook_type: undefined }, 'EVENT_TYPE_INVALID'],
    [{ webhook_type: 7 }, 'EVENT_TYPE_INVALID'],
    [{ webhook_type: 'x'.repeat(65) }, 'EVENT_TYPE_INVALID'],
    [{ event_id: 7 }, 'EVENT_ID_INVALID'],
    [{ event_id: 'a b' }, 'EVENT_ID_INVALID'],
    [{ event_id: 'e'.repeat(129) }, 'EVENT_ID_INVALID'],
    [{ event_id: 'e\u0000' }, 'EVENT_ID_INVALID'],
    [{ session_id: 'x' }, 'SESSION_ID_INVALID'],
    [{ session_id: `${SESSION}/../` }, 'SESSION_ID_INVALID'],
    [{ session_id: 1 }, 'SESSION_ID_INVALID'],
    [{ status: 1 }, 'STATUS_INVALID'],
    [{ status: 'a\u0000b' }, 'STATUS_INVALID'],
    [{ status: 's'.repeat(65) }, 'STATUS_INVALID'],
    [{ status: '\ud800' }, 'STATUS_INVALID'],
    [{ created_at: 'yesterday' }, 'CREATED_AT_INVALID'],
    [{ created_at: -1 }, 'CREATED_AT_INVALID'],
    [{ created_at: 1e15 }, 'CREATED_AT_INVALID'],
    [{ created_at: 1.5 }, 'CREATED_AT_INVALID'],
  ])('%j does not fit: %s', (over, code) => {
    expect(readWebhookEvent(verified({ ...MEMBERS, ...over }))).toEqual({ ok: false, error: code });
  });
});

describe('two deliveries of one event', () => {
  interface Vector {
    name: string;
    raw_body: string;
  }
  const { vectors } = JSON.parse(readFileSync(path.join(__dirname, '../../../testing/vectors/didit-signature-vectors.json'), 'utf8')) as { vectors: Vector[] };
  const body = (letter: string): Buffer => Buffer.from(vectors.find(({ name }) => name.startsWith(`${letter} `))!.raw_body);

  it('say the same where only their time or their layout differs', () => {
    expect(saysTheSame(body('B'), body('F'))).toBe(true);
    expect(saysTheSame(body('C'), body('F'))).toBe(true);
  });

  it('do not where the amount differs', () => {
    expect(saysTheSame(body('B'), body('G'))).toBe(false);
    expect(saysTheSame(body('F'), body('G'))).toBe(false);
  });

  it('do not where one cannot be read, unless they are the same bytes', () => {
    expect(saysTheSame(Buffer.from('{"a":"\\ud800"}'), Buffer.from('{"a":"\\ud801"}'))).toBe(false);
    expect(saysTheSame(Buffer.from('x'), Buffer.from('x'))).toBe(true);
    expect(saysTheSame(Buffer.from('x'), Buffer.from('y'))).toBe(false);
  });

  it('a time inside the content is content', () => {
    expect(saysTheSame(Buffer.from('{"a":{"timestamp":1},"timestamp":1}'), Buffer.from('{"a":{"timestamp":2},"timestamp":1}'))).toBe(false);
  });
});
