import { randomUUID } from 'node:crypto';
import { EVENT_EXAMPLES } from '@assent/contracts';
import { appendLeaves, EMPTY_FRONTIER, hashToBase64, leafHash, parseLeaf, rootOf } from '@assent/domain-ledger';
import { subjectRef, Secret } from '@assent/platform';
import { isInfrastructureError } from '@assent/postgres';
import { eventOf, LedgerUnderTest, type Replica, someEvents } from '../ledger-under-test.spec';

let ledger: LedgerUnderTest;
let replica: Replica;

beforeEach(async () => {
  ledger = await LedgerUnderTest.create();
  replica = await ledger.replica();
});
afterEach(async () => {
  await ledger.drop();
});

interface LeafRow {
  leaf_index: string;
  leaf: string;
  authentication: string | null;
  vendor_session: string | null;
}
const leaves = (): Promise<LeafRow[]> => ledger.rows<LeafRow>('select * from leaf order by leaf_index');
const outbox = (): Promise<{ topic: string; key: string; headers: string; value: string }[]> => ledger.rows('select topic, key, headers, value from outbox order by seq');

/** The head row must say exactly what the leaves say. */
async function headMatchesLeaves(): Promise<void> {
  const texts = (await leaves()).map(({ leaf }) => leaf);
  const [head] = await ledger.rows<{ size: string; root_hash: Buffer }>('select size, root_hash from log_head');
  const { frontier } = appendLeaves(EMPTY_FRONTIER, texts.map(leafHash));
  expect(Number(head!.size)).toBe(texts.length);
  expect(head!.root_hash.toString('base64')).toBe(hashToBase64(rootOf(frontier)));
  expect((await leaves()).map(({ leaf_index }) => Number(leaf_index))).toEqual(texts.map((_, i) => i));
}

describe('recording events', () => {
  it('appends one leaf for each, in order, and publishes it as audit.entry', async () => {
    const events = [eventOf('sca.requested.v1'), eventOf('sca.decided.v1'), eventOf('sca.verdict.v1'), eventOf('didit.event.v1'), eventOf('compliance.event.v1'), eventOf('payment.outcome.v1')];
    await replica.record(...events.slice(0, 4));
    await replica.record(...events.slice(4));

    await headMatchesLeaves();
    const rows = await leaves();
    expect(rows.map(({ leaf }) => leafOf(leaf)).map(({ type, id }) => [type, id])).toEqual(events.map(({ type, id }) => [type, id]));
    const entries = await outbox();
    expect(entries.map(({ topic, key }) => [topic, key])).toEqual(events.map(() => ['audit.entry', 'main']));
    entries.forEach(({ value }, i) => {
      const entry = JSON.parse(value) as { logId: string; index: number; leafHash: string; leaf: string };
      expect(entry).toMatchObject({ logId: 'main', index: i, leaf: rows[i]!.leaf, leafHash: hashToBase64(leafHash(rows[i]!.leaf)) });
    });
  });

  it('appends nothing when the transaction rolls back, and goes on without a gap', async () => {
    await replica.record(...someEvents(3));
    const failed = replica.database.transaction(async (tx) => {
      await replica.recorder.record(someEvents(5), tx);
      throw new Error('later in the same transaction');
    });
    await expect(failed).rejects.toThrow('later');
    await replica.record(...someEvents(2));
    await headMatchesLeaves();
    expect(await leaves()).toHaveLength(5);
    expect(await outbox()).toHaveLength(5);
  });

  it('has no gaps when replicas append at the same time', async () => {
    const other = await ledger.replica();
    await Promise.all([replica, other].flatMap((one) => Array.from({ length: 25 }, (_, i) => one.record(...someEvents(1 + (i % 4))))));
    await headMatchesLeaves();
    expect(await leaves()).toHaveLength(2 * (6 * (1 + 2 + 3 + 4) + 1));
  });

  it('goes on from the head row after a restart', async () => {
    await replica.record(...someEvents(300));
    const restarted = await ledger.replica();
    await restarted.record(...someEvents(300));
    await headMatchesLeaves();
  });

  it('stops, and loses nothing, when the stored head or the places behind it are damaged', async () => {
    const damages = [
      'update log_head set frontier = substring(frontier from 1 for 32)',
      "insert into leaf (leaf_index, leaf, recorded_at) values (3, 'not ours', now())",
      "insert into tree_segment (first_node, nodes) values (4, decode(repeat('00', 32), 'hex'))",
      'delete from log_head',
    ];
    await replica.record(...someEvents(3));
    const before = await ledger.rows<{ leaf_index: string }>('select * from log_head');
    for (const damage of damages) {
      await ledger.superuser.query('begin');
      await ledger.superuser.query('set local session_replication_role = replica');
      await ledger.superuser.query(damage);
      await ledger.superuser.query('commit');
      // An outage to whoever consumes: it waits and asks again, and sets nothing aside.
      const error = await replica.record(...someEvents(2)).then(() => null, (caught: unknown) => caught);
      expect([damage, isInfrastructureError(error)]).toEqual([damage, true]);
      await ledger.tamper('delete from log_head');
      await ledger.tamper('delete from leaf where leaf_index > 2');
      await ledger.tamper('delete from tree_segment where first_node >= 4');
      await ledger.tamper('insert into log_head select * from json_populate_record(null::log_head, $1)', [JSON.stringify(hexed(before[0]!))]);
    }
    await replica.record(...someEvents(2));
    await headMatchesLeaves();
    expect(await leaves()).toHaveLength(5);
  });

  it('records what its owner will refuse: the log says what was sent', async () => {
    await replica.record(eventOf('sca.requested.v1', { value: Buffer.from('{"broken": ') }), eventOf('payment.outcome.v1', { value: { payerId: 7 } }));
    expect((await leaves()).map(({ leaf }) => leafOf(leaf).subjectRef)).toEqual([null, null]);
  });
});

describe('whose event it is', () => {
  const key = new Secret(Buffer.alloc(32, 1));

  it('is derived from the payer and the namespace of the gateway where gateways write', async () => {
    await replica.record(eventOf('sca.requested.v1', { headers: { ce_subjectref: 'x'.repeat(43) } }), eventOf('payment.outcome.v1'));
    const refs = (await leaves()).map(({ leaf }) => leafOf(leaf).subjectRef);
    expect(refs[0]).toBe(subjectRef(key, 'demo', EVENT_EXAMPLES['sca.requested.v1'].payer.id));
    expect(refs[1]).toBe(subjectRef(key, 'demo', EVENT_EXAMPLES['payment.outcome.v1'].payerId));
  });

  it('is not what a forged header says, even under the name of a service', async () => {
    const forged = { ce_source: '/services/auth-session', ce_subjectref: 'x'.repeat(43) };
    await replica.record(eventOf('sca.requested.v1', { headers: forged }));
    expect(leafOf((await leaves())[0]!.leaf).subjectRef).toBe(subjectRef(key, 'demo', EVENT_EXAMPLES['sca.requested.v1'].payer.id));
  });

  it('is what our services say, and nothing where that has not the form of a pseudonym', async () => {
    await replica.record(eventOf('sca.verdict.v1', { headers: { ce_subjectref: 'p'.repeat(43) } }), eventOf('sca.verdict.v1', { headers: { ce_subjectref: 'jane@doe.example' } }), eventOf('sca.verdict.v1'));
    expect((await leaves()).map(({ leaf }) => leafOf(leaf).subjectRef)).toEqual(['p'.repeat(43), null, null]);
  });

  it('decides whose secret protects it', async () => {
    const session = randomUUID();
    await replica.record(
      eventOf('sca.requested.v1'),
      eventOf('sca.verdict.v1'),
      eventOf('didit.event.v1', { key: session }),
      eventOf('compliance.event.v1'),
      eventOf('sca.evidence.v1', { headers: { ce_subjectref: 'p'.repeat(43) } }),
    );
    const holders = await ledger.rows<{ holder: string }>('select holder from subject_key order by holder');
    expect(holders.map(({ holder }) => holder).sort()).toEqual(
      [
        `authentication:demo:${EVENT_EXAMPLES['sca.verdict.v1'].authenticationId}`,
        'month:2026-11',
        `subject:${subjectRef(key, 'demo', EVENT_EXAMPLES['sca.requested.v1'].payer.id)}`,
        `subject:${'p'.repeat(43)}`,
        `vendor-session:${session}`,
      ].sort(),
    );
  });

  it('has one secret, however many replicas meet it at once', async () => {
    const other = await ledger.replica();
    const one = () => eventOf('sca.evidence.v1', { headers: { ce_subjectref: 'q'.repeat(43) } });
    await Promise.all([replica, other, replica, other].map((each) => each.record(one(), ...someEvents(3), one())));
    expect(await ledger.rows('select 1 from subject_key where holder = $1', [`subject:${'q'.repeat(43)}`])).toHaveLength(1);
    const keys = await ledger.rows<{ keys: string }>(
      'select count(distinct subject_key_id) as keys from sealed_event join subject_key on subject_key.id = subject_key_id where holder = $1',
      [`subject:${'q'.repeat(43)}`],
    );
    expect(keys).toEqual([{ keys: '1' }]);
  });
});

describe('personal data', () => {
  const canaries = ['ES7921000813610123456789', 'Canary Nightingale', 'canary@nightingale.example', 'canary-api-key', 'canary-token'];

  it('comes into no leaf, no lookup column and no audit.entry, wherever a gateway puts it', async () => {
    const request = { ...EVENT_EXAMPLES['sca.requested.v1'], payer: { id: canaries[2]! }, payment: { ...EVENT_EXAMPLES['sca.requested.v1'].payment, payee: { account: canaries[0]!, name: canaries[1]! } } };
    await replica.record(
      eventOf('sca.requested.v1', { value: request }),
      eventOf('sca.requested.v1', { headers: { ce_id: canaries[0]! } }),
      eventOf('sca.requested.v1', { headers: { ce_id: 'canary-api-key' } }),
      eventOf('sca.requested.v1', { key: `demo:${canaries[0]!}` }),
      eventOf('sca.requested.v1', { headers: { ce_subjectref: 'canary-token', ce_correlationid: canaries[0]!, 'x-name': canaries[1]! } }),
      eventOf('payment.outcome.v1', { key: `demo:${canaries[0]!}`, value: { ...EVENT_EXAMPLES['payment.outcome.v1'], payerId: canaries[2]!, instrumentId: canaries[0]!, authenticationId: canaries[0]! } }),
      eventOf('sca.session.v1', { value: { ...EVENT_EXAMPLES['sca.session.v1'], vendorSessionId: canaries[1]!, approvalUrl: 'https://pay.example/approve/canary-token' } }),
      eventOf('didit.event.v1', { key: 'canary-token', value: { ...EVENT_EXAMPLES['didit.event.v1'], vendorSessionId: 'canary-token' } }),
    );
    expect(await leaves()).toHaveLength(8);
    for (const table of ['leaf', 'tree_segment', 'outbox', 'log_head', 'subject_key', 'sealed_event', 'checkpoint']) {
      const [dump] = await ledger.rows<{ text: string }>(`select coalesce(string_agg(t::text, ' '), '') as text from ${table} as t`);
      // Bytes print as hex: look for both spellings.
      for (const canary of canaries) {
        expect([table, canary, dump!.text.toLowerCase().includes(canary.toLowerCase())]).toEqual([table, canary, false]);
        expect([table, canary, dump!.text.includes(Buffer.from(canary).toString('hex'))]).toEqual([table, canary, false]);
      }
    }
  });
});

describe('the rights of the service', () => {
  it.each(['leaf', 'tree_segment', 'checkpoint', 'sealed_event', 'subject_key'])('do not reach to changing, deleting or emptying %s', async (table) => {
    await replica.record(...someEvents(1));
    const column = { leaf: 'leaf', tree_segment: 'nodes', checkpoint: 'note', sealed_event: 'sealed', subject_key: 'holder' }[table]!;
    for (const sql of [`update ${table} set ${column} = ${column}`, `delete from ${table}`, `truncate ${table}`]) {
      await expect(replica.database.query(sql)).rejects.toThrow('permission denied');
    }
  });

  it('do not reach to deleting the head, to partitions, or to making tables', async () => {
    await replica.record(...someEvents(1));
    for (const sql of ['delete from log_head', 'truncate log_head', 'select * from sealed_event_other', 'create table mine (id int)', 'alter table leaf disable trigger all', 'drop table leaf']) {
      await expect(replica.database.query(sql)).rejects.toThrow(/permission denied|must be owner/);
    }
  });

  it('are not even the owner’s, while the triggers stand', async () => {
    await replica.record(...someEvents(1));
    for (const sql of ['update leaf set leaf = leaf', 'delete from leaf', 'truncate leaf', 'delete from checkpoint', 'update tree_segment set nodes = nodes', 'update sealed_event set sealed = sealed', 'truncate log_head']) {
      await expect(ledger.superuser.query(sql)).rejects.toThrow('append-only');
    }
    await expect(ledger.superuser.query('update log_head set size = 0')).rejects.toThrow('only grows');
    await expect(ledger.superuser.query("update log_head set log_id = 'mine'")).rejects.toThrow('only grows');
  });
});

describe('opening the log', () => {
  it.each([
    ['another log id', { LEDGER_LOG_ID: 'second' }, 'LEDGER_LOG_ID must stay'],
    ['another origin', { LEDGER_ORIGIN: 'elsewhere.example' }, 'LEDGER_ORIGIN must stay'],
    ['another encryption key', { LEDGER_ENCRYPTION_KEY: Buffer.alloc(32, 9).toString('base64') }, 'LEDGER_ENCRYPTION_KEY must stay'],
  ])('is refused with %s than the database holds', async (_, changes, message) => {
    await replica.record(...someEvents(1));
    await expect(ledger.replica(changes)).rejects.toThrow(message);
  });

  it('prepares the partition of this month and of the next', async () => {
    const parts = await ledger.rows<{ name: string }>("select inhrelid::regclass::text as name from pg_inherits where inhparent = 'sealed_event'::regclass order by 1");
    expect(parts).toHaveLength(3);
    await replica.record(...someEvents(1));
    expect(await ledger.rows('select 1 from only sealed_event_other')).toHaveLength(0);
  });

  it('does not stumble over a month that began in the default partition', async () => {
    await ledger.superuser.query("insert into sealed_event values (0, now() + interval '3 months', 1, '')");
    expect(await ledger.rows("select prepare_month((now() + interval '3 months')::date) as made, prepare_month((now() + interval '4 months')::date) as next")).toEqual([{ made: false, next: true }]);
  });
});

/** A row with its bytes as PostgreSQL reads them from JSON. */
const hexed = (row: object): object => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : (value as unknown)]));

function leafOf(text: string) {
  const leaf = parseLeaf(text);
  if (!leaf.ok) throw new Error(leaf.error);
  return leaf.value;
}
