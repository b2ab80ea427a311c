import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { Flow } from './flow';
import { payerIdOf, payment } from './gateway';
import { openPage } from './payer';
import { runningStack } from './running-stack';

let flow: Flow;
beforeAll(async () => {
  flow = await Flow.open(await runningStack());
}, 180_000);
afterAll(() => flow.close(), 60_000);

/** Each stands for something that must be found in no log, metric, leaf or dead-letter header. */
const IBAN = 'DE89370400440532013000';
const NAME = 'Canary Zebedee Quux GmbH';
const PORTRAIT_MARK = 'PORTRAITCANARYBYTES';
const JPEG = Buffer.concat([Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), Buffer.from(PORTRAIT_MARK), Buffer.from('ffd9', 'hex')]);

describe('canaries', () => {
  it('planted in requests, pages, portraits and poison, are in no log, metric, leaf or dead-letter header', async () => {
    const request = payment({ payment: { amount: '412.00', currency: 'EUR', payee: { account: IBAN, name: NAME }, reference: 'CANARYREF' } });
    const id = String(request['authenticationId']);
    const payerId = payerIdOf(request);
    const { apiKey } = flow.stack.stack.gateway;
    const authSession = flow.stack.stack.services['auth-session']?.url ?? '';
    const portrait = await fetch(`${authSession}/v1/payers/${payerId}/portrait`, { method: 'PUT', headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'image/jpeg' }, body: new Uint8Array(JPEG) });
    expect(portrait.status).toBe(204);

    await flow.publish(request);
    const { vendorSessionId, approvalUrl } = await flow.confirmed(id);
    const token = approvalUrl.slice(approvalUrl.lastIndexOf('/') + 1);
    await flow.sandbox.finish(vendorSessionId);
    const code = String((await flow.verdict(id))['authenticationCode']);
    await flow.gateway.redeem(id, code, { amount: '412.00', payee: { account: IBAN } });
    await flow.gateway.redeem(id, code, { amount: '413.00', payee: { account: IBAN } });

    // What does not fit, what is unknown, what is wrong: errors are where such things leak.
    await flow.gateway.publish(payment({ payment: { amount: '1.00', currency: 'EUR', payee: { account: `${IBAN}9`, name: NAME, [NAME]: IBAN } } }));
    await flow.gateway.publish(payment(), { value: Buffer.from(`{"name":"${NAME}","iban":"${IBAN}"`) });
    await flow.gateway.publish(payment(), { headers: { ce_type: `sca.${IBAN}` } });
    await openPage(`${approvalUrl}x`);
    await fetch(`${authSession}/v1/authentications/${IBAN}?token=${token}`, { headers: { authorization: `Bearer ${apiKey}x` } });
    await flow.gateway.request({ ...request, payer: { id: NAME }, [IBAN]: NAME });
    await flow.settle();

    const canaries = { IBAN, NAME, apiKey, token, code, portrait: PORTRAIT_MARK, portraitBase64: Buffer.from(PORTRAIT_MARK).toString('base64').slice(0, 20), reference: 'CANARYREF' };
    const places = new Map<string, string>();
    const logs = path.join(flow.stack.stateDir, 'logs');
    for (const file of readdirSync(logs)) if (!/^(kafka|postgres|didit-sandbox)/.test(file)) places.set(`log ${file}`, readFileSync(path.join(logs, file), 'utf8'));
    for (const [name, service] of Object.entries(flow.stack.stack.services)) places.set(`metrics of ${name}`, await (await fetch(`${service.url}/metrics`)).text().catch(() => ''));
    const letters = flow.topics.seen.filter(({ topic }) => topic.endsWith('.dlq'));
    expect(letters.length).toBeGreaterThanOrEqual(3);
    places.set('dead-letter headers', letters.map(({ headers }) => Object.entries(headers).filter(([name]) => name.startsWith('dlq-')).join()).join('\n'));
    places.set('leaves', flow.topics.seen.filter(({ topic }) => topic === 'audit.entry').map(({ value }) => value?.toString('utf8')).join('\n'));
    places.set('ledger tables', await ledgerLeaves());

    const found = [...places].flatMap(([place, text]) => Object.entries(canaries).filter(([, canary]) => text.includes(canary)).map(([name]) => `${name} in ${place}`));
    expect(found).toEqual([]);
    expect(places.get('log auth-session.log') ?? '').not.toBe('');
  }, 120_000);
});

async function ledgerLeaves(): Promise<string> {
  const client = new Client({ connectionString: flow.stack.stack.postgres.url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(`select table_name as name from information_schema.columns where table_schema = 'audit_ledger' and column_name = 'leaf'`);
    const texts = await Promise.all(tables.rows.map(({ name }) => client.query<{ row: string }>(`select t::text as row from audit_ledger."${name}" t`)));
    return texts.flatMap(({ rows }) => rows.map(({ row }) => row)).join('\n');
  } finally {
    await client.end();
  }
}
