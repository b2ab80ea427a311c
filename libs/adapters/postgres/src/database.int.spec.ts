import { testDatabase } from '@assent/testing';
import { bigintArray, byteaArray, smallintArray, textArray } from './binary-array';
import { Database } from './database';
import { claimMessages, type MessageIdentity } from './inbox/claim-messages';

let test: Awaited<ReturnType<typeof testDatabase>>;
let database: Database;
let otherReplica: Database;

const connect = (): Database => new Database({ url: test.serviceUrl, schema: test.schema, poolMax: 6, eventSource: '/services/auth-session', topology: { kafkaGateways: [] } });
const record = (key: string, value = '{}') => ({ topic: 'sca.session', key, headers: { ce_id: key }, value: Buffer.from(value) });
const outbox = async (): Promise<string[]> => (await database.query<{ key: string }>('select key from outbox order by seq')).rows.map((row) => row.key);

beforeAll(async () => {
  test = await testDatabase('auth-session');
  database = connect();
  otherReplica = connect();
});
afterAll(async () => {
  await database.end();
  await otherReplica.end();
  await test.drop();
});
beforeEach(async () => {
  await database.query('delete from outbox');
  await database.query('delete from inbox');
});

describe('arrays in binary form', () => {
  it('arrive as PostgreSQL would have read them from text', async () => {
    const texts = ['', 'a"b\\c', 'José 🎉', null, '{x,y}', 'NULL'];
    const { rows } = await database.query<{ t: string[]; b: Buffer[]; s: number[]; i: string[] }>('select $1::text[] as t, $2::bytea[] as b, $3::smallint[] as s, $4::bigint[] as i', [
      textArray(texts),
      byteaArray([Buffer.from([0, 255, 10]), Buffer.alloc(0)]),
      smallintArray([-1, 0, 32767]),
      bigintArray(['9007199254740993', -5n]),
    ]);
    expect(rows[0]).toEqual({ t: texts, b: [Buffer.from([0, 255, 10]), Buffer.alloc(0)], s: [-1, 0, 32767], i: ['9007199254740993', '-5'] });
  });

  it('may be empty', async () => {
    const { rows } = await database.query('select cardinality($1::text[]) as t, cardinality($2::bytea[]) as b, cardinality($3::smallint[]) as s, cardinality($4::bigint[]) as i', [
      textArray([]),
      byteaArray([]),
      smallintArray([]),
      bigintArray([]),
    ]);
    expect(rows[0]).toEqual({ t: 0, b: 0, s: 0, i: 0 });
  });
});

describe('a transaction', () => {
  it('given a commit, leaves state and messages together and then tells the relay', async () => {
    const seen: string[] = [];
    database.onCommitted((lanes) => seen.push(`lanes ${lanes.size}`));
    await database.transaction((tx) => {
      tx.publishRecord(record('a'));
      tx.publishRecord(record('b'));
      tx.afterCommit(() => seen.push('after'));
      expect(seen).toEqual([]);
      return Promise.resolve();
    });
    expect(await outbox()).toEqual(['a', 'b']);
    expect(seen).toEqual(['lanes 2', 'after']);
  });

  it('given a throw, leaves nothing and calls nobody (no ghost message)', async () => {
    const called = jest.fn();
    await expect(
      database.transaction(async (tx) => {
        await tx.query('insert into inbox (id, source, body_hash) values ($1, $2, $3)', ['x', 's', Buffer.alloc(32)]);
        tx.publishRecord(record('ghost'));
        tx.afterCommit(called);
        throw new TypeError('a bug');
      }),
    ).rejects.toThrow(TypeError);
    expect(await outbox()).toEqual([]);
    expect((await database.query('select 1 from inbox')).rowCount).toBe(0);
    expect(called).not.toHaveBeenCalled();
  });

  it('given a statement that failed and was swallowed, does not pretend to have committed', async () => {
    await expect(
      database.transaction(async (tx) => {
        await tx.query('select 1 / 0').catch(() => undefined);
        return 'done';
      }),
    ).rejects.toThrow('ROLLBACK');
  });

  it('given a session that the server ends, reports an outage even if somebody wraps the error, and works again', async () => {
    const attempt = database.transaction(async (tx) => {
      await tx.query('select pg_terminate_backend(pg_backend_pid())').catch(() => {
        throw new Error('wrapped by a framework');
      });
    });
    await expect(attempt).rejects.not.toThrow('wrapped');
    await expect(database.ping()).resolves.toBeUndefined();
  });
});

describe('claiming messages', () => {
  const message = (id: string, body = 'a', source = '/gateways/demo', redrive = 0): MessageIdentity => ({ id, source, redrive, bodyHash: Buffer.alloc(32, body) });
  const claim = (on: Database, messages: MessageIdentity[]) => on.transaction((tx) => claimMessages(tx, messages));

  it('given a message twice with the same bytes, acts once; with other bytes, says so', async () => {
    expect(await claim(database, [message('1'), message('1'), message('2')])).toEqual(['new', 'duplicate', 'new']);
    expect(await claim(database, [message('1'), message('2', 'b'), message('3'), message('3', 'b')])).toEqual(['duplicate', 'reused', 'new', 'reused']);
  });

  it('takes the same id of another source, and a redriven one, for messages of their own', async () => {
    expect(await claim(database, [message('1'), message('1', 'b', '/gateways/other'), message('1', 'b', '/gateways/demo', 1)])).toEqual(['new', 'new', 'new']);
  });

  it('given two replicas with the same messages in opposite order, each message is new to exactly one', async () => {
    for (let round = 0; round < 20; round++) {
      const messages = Array.from({ length: 40 }, (_, i) => message(`r${round}-${i}`));
      const [ours, theirs] = await Promise.all([claim(database, messages), claim(otherReplica, [...messages].reverse())]);
      const theirsInOrder = theirs.reverse();
      ours.forEach((answer, i) => expect([answer, theirsInOrder[i]].sort()).toEqual(['duplicate', 'new']));
    }
  });

  it('given a rollback, the message is new again', async () => {
    await expect(
      database.transaction(async (tx) => {
        await claimMessages(tx, [message('again')]);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await claim(database, [message('again')])).toEqual(['new']);
  });
});
