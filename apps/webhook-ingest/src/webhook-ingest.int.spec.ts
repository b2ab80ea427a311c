import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { parseRecord, type DiditEventV1 } from '@assent/contracts';
import { Secret, subjectRef } from '@assent/platform';
import { type Delivery, IngestUnderTest, members, nowSeconds, OLD_SECRET, registry, SECRET, signed } from './ingest-under-test.spec';
import { Quarantine } from './storage/quarantine';
import { Receipts } from './storage/receipts';
import { RETENTION_DAYS, Retention } from './storage/retention';

const hmac = (message: string): string => createHmac('sha256', SECRET).update(message).digest('hex');

describe('webhook-ingest', () => {
  let ingest: IngestUnderTest;
  beforeAll(async () => {
    ingest = await IngestUnderTest.start();
  });
  afterAll(() => ingest.stop());
  beforeEach(() => ingest.clear());

  const nothingPublished = async (): Promise<void> => {
    expect(await ingest.count('webhook')).toBe(0);
    expect(await ingest.count('outbox')).toBe(0);
  };

  describe('a verified webhook', () => {
    it('is on disk, byte for byte, before it is answered', async () => {
      const delivery = signed(members());
      expect(await ingest.post(delivery)).toMatchObject({ status: 200, body: { duplicate: false } });
      const [row] = await ingest.rows<{ body: Buffer; signature: string; verified_by: string; destination: string }>('select * from webhook');
      expect(row!.body.equals(delivery.body)).toBe(true);
      expect(row).toMatchObject({ signature: delivery.headers['x-signature'], verified_by: 'X-Signature', destination: 'didit' });
    });

    it('is published once, as the contract says, with the payer’s pseudonym and nothing of the decision', async () => {
      const content = members();
      await ingest.post(signed(content));
      const [row] = await ingest.rows<{ topic: string; key: string; headers: string; value: string; receipt_id: string }>('select outbox.*, receipt_id from outbox, webhook');
      expect(row!.value).not.toMatch(/247\.50|Canary|decision/);
      const headers = Object.fromEntries((JSON.parse(row!.headers) as [string, string][]).map(([name, value]) => [name, Buffer.from(value)]));
      const record = { topic: row!.topic, partition: 0, offset: '0', timestamp: Date.now(), key: Buffer.from(row!.key), value: Buffer.from(row!.value), headers };
      const parsed = parseRecord(record, { topology: registry().topology, knowsGateway: () => true, depth: 'full' });
      expect(parsed).toMatchObject({
        ok: true,
        value: {
          type: 'didit.event.v1',
          source: '/services/webhook-ingest',
          key: content['session_id'],
          subjectRef: subjectRef(new Secret(Buffer.alloc(32, 1)), 'people', 'user-42'),
          sequence: Number(row!.receipt_id),
          body: { eventId: String(content['event_id']), status: 'Approved', environment: 'sandbox', receiptId: row!.receipt_id, verifiedBy: 'X-Signature' } satisfies Partial<DiditEventV1>,
        },
      });
    });

    it('passes by its canonical signature where a proxy wrote it anew', async () => {
      const content = members();
      const sorted = JSON.stringify(Object.fromEntries(Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1))));
      const rewritten: Delivery = { body: Buffer.from(JSON.stringify(content, null, 2)), headers: { 'content-type': 'application/json', 'x-timestamp': String(content['timestamp']), 'x-signature': hmac(sorted), 'x-signature-v2': hmac(sorted) } };
      expect(await ingest.post(rewritten)).toMatchObject({ status: 200 });
      expect(await ingest.rows('select verified_by from webhook')).toEqual([{ verified_by: 'X-Signature-V2' }]);
    });

    it('may be signed by either secret of a rotation', async () => {
      expect(await ingest.post(signed(members(), { secret: OLD_SECRET }))).toMatchObject({ status: 200 });
    });

    it('of a named destination is kept with its name', async () => {
      expect(await ingest.post(signed(members()), '/webhooks/didit/second-app')).toMatchObject({ status: 200 });
      expect(await ingest.rows('select destination from webhook')).toEqual([{ destination: 'second-app' }]);
      expect(await ingest.post(signed(members()), '/webhooks/didit/NOT%20A%20NAME')).toMatchObject({ status: 404, body: { code: 'DESTINATION_UNKNOWN' } });
    });

    it('whose payer is written in no gateway’s way names none', async () => {
      await ingest.post(signed(members({ vendor_data: 'someone-else' })));
      const [row] = await ingest.rows<{ headers: string }>('select headers from outbox');
      expect(row!.headers).not.toContain('subjectref');
    });

    it('about no session is stored and not published', async () => {
      expect(await ingest.post(signed(members({ session_id: undefined, workflow_id: undefined, webhook_type: 'transaction.created' })))).toMatchObject({ status: 200 });
      expect([await ingest.count('webhook'), await ingest.count('outbox')]).toEqual([1, 0]);
    });

    it('with a status that nobody knows is published as it is', async () => {
      await ingest.post(signed(members({ status: 'Paused By Provider' })));
      expect(await ingest.rows("select value::json->>'status' as status from outbox")).toEqual([{ status: 'Paused By Provider' }]);
    });
  });

  describe('duplicates', () => {
    it('fifty at once make one row and one message', async () => {
      const delivery = signed(members());
      const answers = await Promise.all(Array.from({ length: 50 }, () => ingest.post(delivery)));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      expect(answers.filter(({ body }) => !(body as { duplicate: boolean }).duplicate)).toHaveLength(1);
      expect([await ingest.count('webhook'), await ingest.count('outbox'), await ingest.count('quarantine')]).toEqual([1, 1, 0]);
    });

    it('an event that is sent again with a fresh time is known', async () => {
      const content = members();
      await ingest.post(signed(content));
      expect(await ingest.post(signed({ ...content, timestamp: nowSeconds() + 60 }))).toMatchObject({ status: 200, body: { duplicate: true } });
      expect([await ingest.count('webhook'), await ingest.count('outbox')]).toEqual([1, 1]);
    });

    it('an event id that comes with another content is refused, kept and counted, in one batch as in two', async () => {
      const content = members();
      const forged = signed({ ...content, status: 'Declined' });
      await ingest.post(signed(content));
      expect(await ingest.post(forged)).toMatchObject({ status: 409, body: { code: 'EVENT_ID_REUSED' } });
      const other = members();
      const together = await Promise.all([ingest.post(signed(other)), ingest.post(signed({ ...other, metadata: { amount: '9.99' } }))]);
      expect(together.map(({ status }) => status).sort()).toEqual([200, 409]);
      expect(await ingest.reasons()).toEqual(['EVENT_ID_REUSED', 'EVENT_ID_REUSED']);
      expect([await ingest.count('webhook'), await ingest.count('outbox')]).toEqual([2, 2]);
      expect(await ingest.text('/metrics')).toMatch(/webhooks_refused_total\{reason="EVENT_ID_REUSED"[^}]*\} 2/);
    });

    it('without an event id are known by session, type and time', async () => {
      const content = members({ event_id: undefined });
      await ingest.post(signed(content));
      expect(await ingest.post(signed(content))).toMatchObject({ body: { duplicate: true } });
      expect(await ingest.post(signed({ ...content, timestamp: nowSeconds() - 1 }))).toMatchObject({ body: { duplicate: false } });
    });
  });

  describe('what the vendor did not sign, or not now', () => {
    const now = nowSeconds();
    const good = (over: object = {}): Delivery => signed(members(over));
    it.each<[string, string, () => Delivery]>([
      ['another secret', 'SIGNATURE_INVALID', () => signed(members(), { secret: 'whsec_another_0123456789abcdefghijklmnopq' })],
      ['a changed body', 'SIGNATURE_INVALID', () => ({ ...good(), body: good().body })],
      ['no signature', 'SIGNATURE_MISSING', () => ({ ...good(), headers: { 'content-type': 'application/json', 'x-timestamp': String(now) } })],
      ['the simple signature alone', 'SIGNATURE_SIMPLE_ALONE', () => simpleAlone()],
      ['an upper-case signature', 'SIGNATURE_INVALID', () => signed(members(), { headers: { 'x-signature': good().headers['x-signature']!.toUpperCase() } })],
      ['a stale time', 'TIMESTAMP_STALE', () => good({ timestamp: nowSeconds() - 302 })],
      ['a time to come', 'TIMESTAMP_STALE', () => good({ timestamp: nowSeconds() + 302 })],
      ['a header time of its own', 'TIMESTAMP_MISMATCH', () => signed(members({ timestamp: nowSeconds() - 3600 }), { headers: { 'x-timestamp': String(nowSeconds()) } })],
      ['a body that is no object', 'BODY_NOT_JSON', () => ({ ...signed([]), headers: { ...signed([]).headers, 'x-timestamp': String(now) } })],
      ['no body', 'SIGNATURE_INVALID', () => ({ body: Buffer.alloc(0), headers: good().headers })],
    ])('%s: 401, kept, counted, nothing published', async (_, reason, delivery) => {
      const sent = delivery();
      const answer = await ingest.post(sent);
      expect(answer).toMatchObject({ status: 401, body: { code: 'NOT_VERIFIED' } });
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(await ingest.rows('select reason, signed, body from quarantine')).toEqual([{ reason, signed: false, body: sent.body }]);
      expect(await ingest.text('/metrics')).toMatch(new RegExp(`webhooks_refused_total\\{reason="${reason}"`));
      await nothingPublished();
    });

    it('all have one answer, whatever was wrong', async () => {
      const bodies = await Promise.all([signed(members(), { secret: 'x'.repeat(20) }), simpleAlone(), good({ timestamp: nowSeconds() - 900 })].map(async (delivery) => (await ingest.post(delivery)).body as Record<string, unknown>));
      expect(new Set(bodies.map((body) => JSON.stringify({ ...body, traceId: '' }))).size).toBe(1);
    });

    it('an old body is refused under every new header time', async () => {
      const captured = good({ timestamp: nowSeconds() - 100 });
      expect(await ingest.post(captured)).toMatchObject({ status: 200 });
      await ingest.clear();
      for (const time of [nowSeconds(), nowSeconds() - 99]) expect(await ingest.post({ ...captured, headers: { ...captured.headers, 'x-timestamp': String(time) } })).toMatchObject({ status: 401 });
      await nothingPublished();
    });

    function simpleAlone(): Delivery {
      const content = members();
      const simple = hmac(`${String(content['timestamp'])}:${String(content['session_id'])}:${String(content['status'])}:${String(content['webhook_type'])}`);
      return { body: Buffer.from(JSON.stringify(content)), headers: { 'content-type': 'application/json', 'x-timestamp': String(content['timestamp']), 'x-signature-simple': simple } };
    }
  });

  describe('what is signed but not ours', () => {
    it.each<[string, object, number]>([
      ['ENVIRONMENT_MISMATCH', { environment: 'live' }, 403],
      ['ENVIRONMENT_MISMATCH', { environment: undefined }, 403],
      ['APPLICATION_MISMATCH', { application_id: randomUUID() }, 403],
      ['APPLICATION_MISMATCH', { application_id: undefined }, 403],
      ['WORKFLOW_MISMATCH', { workflow_id: randomUUID() }, 403],
      ['WORKFLOW_MISMATCH', { workflow_id: null }, 403],
      ['SESSION_ID_INVALID', { session_id: 'not-a-session' }, 422],
      ['EVENT_TYPE_INVALID', { webhook_type: null }, 422],
      ['STATUS_INVALID', { status: 'a\u0000b' }, 422],
      ['EVENT_ID_INVALID', { event_id: 'x\u0000' }, 422],
    ])('%s %j: refused, kept apart, counted, nothing published', async (reason, over, status) => {
      expect(await ingest.post(signed(members(over)))).toMatchObject({ status, body: { code: reason } });
      expect(await ingest.rows('select reason, signed from quarantine')).toEqual([{ reason, signed: true }]);
      await nothingPublished();
    });
  });

  describe('tests of the vendor’s console', () => {
    it('are kept, whatever they name, and go no further', async () => {
      const test = signed(members({ environment: 'live', event_id: undefined }), { headers: { 'x-didit-test-webhook': 'true' } });
      expect(await ingest.post(test)).toMatchObject({ status: 200 });
      expect(await ingest.rows('select is_test from webhook')).toEqual([{ is_test: true }]);
      expect(await ingest.count('outbox')).toBe(0);
    });

    it('a real delivery that somebody marked as a test does not keep the real one out', async () => {
      const delivery = signed(members());
      await ingest.post({ ...delivery, headers: { ...delivery.headers, 'x-didit-test-webhook': 'true' } });
      expect(await ingest.post(delivery)).toMatchObject({ status: 200, body: { duplicate: false } });
      expect(await ingest.count('outbox')).toBe(1);
    });
  });

  describe('size', () => {
    it('256 KiB are taken and a byte more is not', async () => {
      const sized = (bytes: number): Delivery => {
        const content = members({ padding: '' });
        return signed({ ...content, padding: 'x'.repeat(bytes - Buffer.byteLength(JSON.stringify(content))) });
      };
      expect(await ingest.post(sized(256 * 1024))).toMatchObject({ status: 200 });
      expect(await ingest.post(sized(256 * 1024 + 1))).toMatchObject({ status: 413 });
      expect(await ingest.count('webhook')).toBe(1);
    });
  });

  describe('storage', () => {
    it('a received webhook is never changed', async () => {
      await ingest.post(signed(members()));
      await expect(ingest.superuser.query("update webhook set body = 'x'")).rejects.toThrow('never changed');
    });

    it('one bad arrival does not keep the others of its batch out', async () => {
      const receipts = ingest.get(Receipts);
      const seen = jest.spyOn(receipts as unknown as { storeTogether: (batch: { event: { status: string } }[]) => Promise<unknown> }, 'storeTogether');
      const real = (Receipts.prototype as unknown as { storeTogether: (this: unknown, batch: unknown) => Promise<unknown> }).storeTogether;
      seen.mockImplementation((batch) => (batch.some(({ event }) => event.status === 'Poison') ? Promise.reject(new TypeError('poison')) : real.call(receipts, batch)));
      const answers = await Promise.all([members(), members({ status: 'Poison' }), members()].map((content) => ingest.post(signed(content))));
      seen.mockRestore();
      expect(answers.map(({ status }) => status)).toEqual([200, 500, 200]);
      expect(await ingest.count('webhook')).toBe(2);
    });

    it('webhooks older than the retention are forgotten, younger ones are not', async () => {
      for (const days of [RETENTION_DAYS + 1, RETENTION_DAYS - 1]) {
        await ingest.superuser.query(
          `insert into webhook (event_key, event_type, destination, is_test, dispatched_at, verified_by, signature, body, body_sha256, received_at)
           values ($1, 'status.updated', 'didit', false, now(), 'X-Signature', '', '', sha256(''), now() - make_interval(days => $2))`,
          [`age-${String(days)}`, days],
        );
      }
      expect(await ingest.get(Retention).run()).toBe(1);
      expect(await ingest.rows('select event_key from webhook')).toEqual([{ event_key: `age-${String(RETENTION_DAYS - 1)}` }]);
    });
  });
});

describe('the quarantine of webhook-ingest', () => {
  let ingest: IngestUnderTest;
  beforeAll(async () => {
    ingest = await IngestUnderTest.start({}, { quarantineCaps: { rowsMax: 32, bytesMax: 64 * 1024 } });
  });
  afterAll(() => ingest.stop());
  beforeEach(() => ingest.clear());

  it('keeps no more rows than its cap, the oldest out, and strangers push nothing out that was signed', async () => {
    await ingest.post(signed(members({ environment: 'live' })));
    for (let i = 0; i < 100; i++) await ingest.post({ body: Buffer.from(`stranger ${String(i)}`), headers: { 'content-type': 'application/json' } });
    await ingest.get(Quarantine).trim();
    const rows = await ingest.rows<{ body: Buffer }>('select body from quarantine where not signed order by id');
    expect(rows.map(({ body }) => body.toString())).toEqual(Array.from({ length: 32 }, (_, i) => `stranger ${String(i + 68)}`));
    expect(await ingest.rows('select reason from quarantine where signed')).toEqual([{ reason: 'ENVIRONMENT_MISMATCH' }]);
  });

  it('keeps no more bytes than its cap', async () => {
    for (let i = 0; i < 12; i++) await ingest.post({ body: randomBytes(10 * 1024), headers: { 'content-type': 'application/json' } });
    await ingest.get(Quarantine).trim();
    expect(await ingest.rows('select sum(body_bytes)::int as bytes, count(*)::int as rows from quarantine')).toEqual([{ bytes: 60 * 1024, rows: 6 }]);
  });

  it('never grows far beyond its caps while it is flooded', async () => {
    await Promise.all(Array.from({ length: 150 }, (_, i) => ingest.post({ body: Buffer.from(`flood ${String(i)}`), headers: { 'content-type': 'application/json' } })));
    expect(await ingest.count('quarantine')).toBeLessThanOrEqual(32 + 50);
  });

  it('keeps only the headers that another verification needs', async () => {
    await ingest.post({ body: Buffer.from('{}'), headers: { 'content-type': 'application/json', 'x-signature': 'a'.repeat(500), cookie: 'session=canary', authorization: 'Bearer canary', 'x-timestamp': '1' } });
    expect(await ingest.rows('select headers from quarantine')).toEqual([{ headers: { 'content-type': 'application/json', 'x-signature': 'a'.repeat(256), 'x-timestamp': '1' } }]);
  });
});
