import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createBody, type Decided, decide, type Requested, type VendorEvent, verdictOf, waiting } from '../messages';
import { HOPS, type PeerSettings } from '../settings';
import { consume, keyOf, publisher, textOf } from './broker';
import { grouped } from './grouped';
import { end, serve, vendorClient } from './http';
import { insertLeaves, insertOnce, poolOf } from './tables';

/** Request → decision. */
export async function engine(settings: PeerSettings): Promise<void> {
  const pool = poolOf(settings);
  const publish = await publisher(settings);
  await consume(settings, 'engine', ['requested'], async (_, messages) => {
    const decided = messages.map((message) => JSON.stringify(decide(JSON.parse(textOf(message)) as Requested)));
    await insertOnce(pool, 'decided', messages.map(keyOf), decided);
    await publish('decided', messages.map(({ key }, i) => ({ key, value: decided[i] ?? null })));
  });
}

/** Decision → approval link or verdict; confirmation → vendor session; webhook → fetched decision → verdict. */
export async function session(settings: PeerSettings): Promise<void> {
  const pool = poolOf(settings);
  const publish = await publisher(settings);
  const vendor = vendorClient(settings.vendorUrl);
  const origin = `http://127.0.0.1:${settings.sessionPort}`;

  const settle = async (verdicts: { key: string; value: string }[]): Promise<void> => {
    if (verdicts.length === 0) return;
    await insertOnce(pool, 'verdict', verdicts.map(({ key }) => key), verdicts.map(({ value }) => value));
    await publish('verdict', verdicts);
  };
  await consume(settings, 'session', ['decided', 'event'], async (hop, messages) => {
    if (hop === 'event') {
      const ids = messages.map(keyOf);
      const find = { name: 'sessions', text: 'SELECT s.id, i.key, i.value FROM vendor_session s JOIN intent i USING (key) WHERE s.id = ANY($1)', values: [ids] };
      const [{ rows }, ...decisions] = await Promise.all([pool.query<{ id: string; key: string; value: string }>(find), ...ids.map((id) => vendor('GET', `/v3/session/${id}/decision/`))]);
      const intents = new Map(rows.map((row) => [row.id, row]));
      const verdicts = ids.map((id, i) => {
        const intent = intents.get(id);
        if (intent === undefined) throw new Error('a webhook about a session that nobody opened');
        return { key: intent.key, value: JSON.stringify(verdictOf(JSON.parse(intent.value) as Decided, decisions[i]?.['status'] === 'Approved' ? 'APPROVED' : 'DECLINED')) };
      });
      await settle(verdicts);
      return;
    }
    const decided = messages.map((message) => ({ key: keyOf(message), text: textOf(message), body: JSON.parse(textOf(message)) as Decided }));
    await settle(decided.filter(({ body }) => body.decision === 'EXEMPT').map(({ key, body }) => ({ key, value: JSON.stringify(verdictOf(body, 'EXEMPT')) })));
    const asked = decided.filter(({ body }) => body.decision === 'SCA_REQUIRED');
    if (asked.length === 0) return;
    await insertOnce(pool, 'intent', asked.map(({ key }) => key), asked.map(({ text }) => text));
    await publish('session', asked.map(({ key, body }) => ({ key, value: JSON.stringify(waiting(body, origin)) })));
  });

  const opened = grouped<{ key: string; id: string; url: string; response: ServerResponse }>(async (batch) => {
    const text = 'INSERT INTO vendor_session (id, key) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING';
    await pool.query({ name: 'open', text, values: [batch.map(({ id }) => id), batch.map(({ key }) => key)] });
    for (const { response, url } of batch) end(response, 303, { location: url });
  });
  const confirm = grouped<{ key: string; shown: string; response: ServerResponse }>(async (batch) => {
    const text = `INSERT INTO confirmation (key, shown) SELECT intent.key, row.shown FROM unnest($1::text[], $2::text[]) AS row (key, shown) JOIN intent USING (key)
      ON CONFLICT DO NOTHING RETURNING key, (SELECT value FROM intent WHERE intent.key = confirmation.key) AS value`;
    const { rows } = await pool.query<{ key: string; value: string }>({ name: 'confirm', text, values: [batch.map(({ key }) => key), batch.map(({ shown }) => shown)] });
    const confirmed = new Map(rows.map(({ key, value }) => [key, value]));
    for (const { key, response } of batch) {
      const intent = confirmed.get(key);
      if (intent === undefined) end(response, 409);
      else {
        const create = createBody(JSON.parse(intent) as Decided, settings.workflowId, `${origin}/done`);
        vendor('POST', '/v3/session/', create).then(
          (created) => opened({ key, id: String(created['session_id']), url: String(created['url']), response }),
          () => end(response, 503),
        );
      }
    }
  });
  await serve(settings.sessionPort, (request, body, response) => confirm({ key: `demo:${request.url?.split('/')[2] ?? ''}`, shown: new URLSearchParams(body.toString('utf8')).get('shown') ?? '', response }));
}

const FRESH_SECONDS = 300;

/** The webhook if signature and time are right. */
function verified(headers: IncomingHttpHeaders, body: Buffer, secret: string): Record<string, unknown> | null {
  const given = Buffer.from(String(headers['x-signature'] ?? ''), 'hex');
  const expected = createHmac('sha256', secret).update(body).digest();
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const content = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  const sent = Number(content['timestamp']);
  return String(sent) === headers['x-timestamp'] && Math.abs(Date.now() / 1000 - sent) <= FRESH_SECONDS ? content : null;
}

/** Webhook → stored → event. */
export async function ingest(settings: PeerSettings): Promise<void> {
  const pool = poolOf(settings);
  const publish = await publisher(settings);
  const store = grouped<{ event: VendorEvent; body: string; response: ServerResponse }>(async (batch) => {
    await insertOnce(pool, 'hook', batch.map(({ event }) => event.eventId), batch.map(({ body }) => body));
    void publish('event', batch.map(({ event }) => ({ key: event.vendorSessionId, value: JSON.stringify(event) })));
    for (const { response } of batch) end(response, 200);
  });
  await serve(settings.ingestPort, (request, body, response) => {
    const content = verified(request.headers, body, settings.webhookSecret);
    if (content === null) {
      end(response, 401);
      return;
    }
    const event: VendorEvent = {
      eventId: String(content['event_id']),
      webhookType: String(content['webhook_type']),
      vendorSessionId: String(content['session_id']),
      status: String(content['status']),
      createdAt: Number(content['created_at']),
      receivedAt: new Date().toISOString(),
      bodySha256: hash('sha256', body),
      verifiedBy: 'X-Signature',
    };
    store({ event, body: body.toString('utf8'), response });
  });
}

/** Every event → a hash and the event. */
export async function ledger(settings: PeerSettings): Promise<void> {
  const pool = poolOf(settings);
  await consume(settings, 'ledger', HOPS, async (hop, messages) => {
    const hashes = messages.map(({ value }) => hash('sha256', value ?? Buffer.alloc(0), 'buffer'));
    await insertLeaves(pool, messages.map((message) => `${hop}:${keyOf(message)}`), hashes, messages.map(textOf));
  });
}
