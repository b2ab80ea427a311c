import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { inWorkspace } from '@assent/infra';
import { Client } from 'pg';
import { Flow } from './flow';
import { newId, payment, paymentOf } from './gateway';
import { runningStack } from './running-stack';
import { waitFor } from './wait-for';

let flow: Flow;
beforeAll(async () => {
  flow = await Flow.open(await runningStack());
}, 180_000);
afterAll(() => flow.close(), 60_000);

/** The command line as an operator has it: a process of its own that knows only the stack file. */
function assent(...args: string[]): Promise<{ code: number; out: string; words: string }> {
  const command = ['--disable-warning=TimeoutNegativeWarning', inWorkspace('dist/apps/cli/src/main.js'), ...args, '--stack', path.join(flow.stack.stateDir, 'stack.json')];
  return new Promise((resolve) => {
    execFile(process.execPath, command, (error, out, words) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, words }));
  });
}

/** Breaks the exemption engine for one authentication, as a bug would, until it is mended. */
async function broken(authenticationId: string): Promise<{ mend: () => Promise<void> }> {
  const client = new Client({ connectionString: flow.stack.stack.postgres.url });
  await client.connect();
  await client.query(`
    create or replace function exemption_engine.test_bug() returns trigger language plpgsql as $$
    begin
      raise exception 'a bug' using errcode = 'P0001';
    end $$`);
  await client.query('drop trigger if exists test_bug on exemption_engine.authentication');
  await client.query(`create trigger test_bug before insert on exemption_engine.authentication for each row when (new.key like '%${authenticationId}') execute function exemption_engine.test_bug()`);
  return {
    mend: async () => {
      await client.query('drop function exemption_engine.test_bug cascade');
      await client.end();
    },
  };
}

describe('an operator', () => {
  it('finds a message that a bug set aside, and after the bug is mended redrives it: it is answered, and the record says who did it', async () => {
    const id = newId();
    const record = path.join(flow.stack.stateDir, `redrives-${id}.ndjson`);
    const bug = await broken(id);
    try {
      await flow.publish({ ...payment(paymentOf('2.00')), authenticationId: id });
      await waitFor('the dead letter', () => flow.topics.about('sca.requested.dlq', id)[0]);
    } finally {
      await bug.mend();
    }
    const listed = await assent('dlq', 'list', '--authentication', id, '--json');
    const letter = JSON.parse(listed.out) as { id: string; code: string; attempts: number };
    expect(letter).toMatchObject({ code: 'HANDLER_FAILED', attempts: 5 });
    expect((await assent('trace', id, '--json')).code).toBe(0);

    expect((await assent('dlq', 'redrive', letter.id, '--record', record)).words).toContain('a dry run');
    expect(flow.verdicts(id)).toEqual([]);
    expect(await assent('dlq', 'redrive', letter.id, '--execute', '--reason', 'mended', '--by', 'operator', '--record', record)).toMatchObject({ code: 0 });
    expect(await flow.verdict(id)).toMatchObject({ outcome: 'EXEMPT' });
    const [again] = flow.topics.about('sca.requested', id).filter(({ headers }) => headers['dlq-redrive'] === '1');
    expect(again?.headers).toMatchObject({ 'redrive-by': 'operator', 'redrive-reason': 'mended', 'redrive-from': letter.id });

    // The same redrive once more has no effect: it is the same message of its own.
    expect(await assent('dlq', 'redrive', letter.id, '--again', '--execute', '--reason', 'twice', '--record', record)).toMatchObject({ code: 0 });
    await flow.settle();
    expect(flow.verdicts(id)).toHaveLength(1);
    rmSync(record);
  }, 120_000);

  it('follows one authentication over all services, without a word of its content', async () => {
    const body = payment();
    const id = String(body['authenticationId']);
    await flow.approved(body);
    await waitFor('the ledger to have the verdict', async () => {
      const { code, out } = await assent('trace', id, '--json');
      const events = code === 0 ? (JSON.parse(out) as { events: { type: string; leafIndex: number | null }[] }).events : [];
      return events.some(({ type, leafIndex }) => type === 'sca.verdict.v1' && leafIndex !== null);
    });
    const traced = await assent('trace', id, '--json');
    const { events, notAsked } = JSON.parse(traced.out) as { events: { type: string; source: string; says: string; leafIndex: number | null; position: string | null }[]; notAsked: string[] };
    expect(notAsked).toEqual([]);
    expect(new Set(events.map(({ source }) => source))).toEqual(new Set(['/gateways/demo', '/services/exemption-engine', '/services/auth-session', '/services/webhook-ingest']));
    expect(events.find(({ type }) => type === 'sca.verdict.v1')?.says).toBe('APPROVED AUTHENTICATED');
    for (const { leafIndex, position } of events) expect([leafIndex, position]).not.toContain(null);
    const shown = await assent('trace', id);
    expect(shown.out).toContain('APPROVED AUTHENTICATED');
    for (const text of [traced.out, shown.out]) {
      for (const secret of ['ES9121000418450200051332', 'Example Shop', '247.50', 'Invoice']) expect(text).not.toContain(secret);
    }
    expect(await assent('trace', newId())).toMatchObject({ code: 1, out: '' });
  }, 120_000);

  it('sees services, replicas, consumers and what waits', async () => {
    const status = async (): Promise<{ services: Record<string, unknown>[]; consumers: { group: string; members: number; lag: number }[]; findings: { code: string; failing: boolean }[] }> =>
      JSON.parse((await assent('status', '--json')).out) as Awaited<ReturnType<typeof status>>;
    const all = await waitFor('all to be well', async () => {
      const now = await status();
      return now.findings.every(({ failing }) => !failing) && now;
    });
    const session = all.services.find(({ name }) => name === 'auth-session');
    expect(session).toMatchObject({ ready: true, replicas: 1, outbox: { refusedSeconds: 0 }, vendorTasks: { due: expect.any(Number) as number }, vendorBudget: { create: expect.any(Number) as number } });
    expect(all.consumers.map(({ group, members }) => [group, members]).sort()).toEqual([['audit-ledger', 1], ['auth-session', 1], ['exemption-engine', 1]]);

    await flow.stack.addReplica('exemption-engine');
    await waitFor('the second replica', async () => {
      const now = await status();
      return now.services.find(({ name }) => name === 'exemption-engine')?.['replicas'] === 2 && now.consumers.find(({ group }) => group === 'exemption-engine')?.members === 2;
    });

    await flow.stack.stopService('webhook-ingest');
    const down = await assent('status');
    expect(down).toMatchObject({ code: 3, out: expect.stringMatching(/webhook-ingest\s+not reachable/) as string });
    await flow.stack.restart('webhook-ingest');
  }, 120_000);
});
