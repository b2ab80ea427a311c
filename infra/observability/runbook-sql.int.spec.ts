import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { required } from '@assent/testing';
import { withDatabase } from '../src/migrate/database-url';
import { migrate, withClient } from '../src/migrate/migrate';
import { inWorkspace } from '../src/workspace';

const STATEMENT = /^(update|select|insert|delete)\b/i;

/** Every statement that a runbook tells an operator to run: in blocks of SQL, and in the text. */
function statements(): [file: string, statement: string][] {
  const folder = inWorkspace('docs', 'operating');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => {
      const text = readFileSync(inWorkspace('docs', 'operating', file), 'utf8');
      const blocks = [...text.matchAll(/```sql\n([^]*?)```/g)].map(([, sql = '']) => sql);
      const inline = [...text.replace(/```[^]*?```/g, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
      return [...blocks, ...inline].map((sql) => sql.trim()).filter((sql) => STATEMENT.test(sql)).map((sql): [string, string] => [file, sql]);
    });
}

describe('the SQL of the runbooks', () => {
  const name = `assent_runbooks_${randomBytes(6).toString('hex')}`;
  const server = withDatabase(required('ASSENT_TEST_DATABASE_URL'), 'postgres');
  const database = withDatabase(server, name);

  beforeAll(async () => {
    await migrate({ adminUrl: database });
  }, 60_000);
  afterAll(() => withClient(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)));

  it('is found', () => {
    expect(statements().length).toBeGreaterThan(4);
  });

  it.each(statements())('%s: %s', async (_file, sql) => {
    await withClient(database, async (client) => {
      await client.query('begin');
      await expect(client.query(sql)).resolves.toBeDefined();
      await client.query('rollback');
    });
  });

  it('a restore: no code of before can be redeemed, and one that was redeemed stays so', async () => {
    await withClient(database, async (client) => {
      const add = `insert into auth_session.authentication_code (jti, key, gateway_id, payer_id, action, binding, issued_at, expires_at, redeemed_at, redemption_reason)
        values ($1, $1, 'demo', 'p', 'payment', '{}', now(), now() + interval '10 minutes', $2::timestamptz, $3)`;
      await client.query(add, ['open', null, null]);
      await client.query(add, ['used', new Date(), 'EXACT']);
      const revoke = statements().find(([file, sql]) => file === 'database-restore.md' && /^UPDATE auth_session\.authentication_code/.test(sql));
      await client.query(revoke?.[1] ?? '');
      const { rows } = await client.query<{ jti: string; revoke_reason: string | null }>('select jti, revoke_reason from auth_session.authentication_code order by jti');
      expect(rows).toEqual([
        { jti: 'open', revoke_reason: 'DATABASE_RESTORED' },
        { jti: 'used', revoke_reason: null },
      ]);
    });
  });

  it('a change of the encryption key: the old keys are retired whole', async () => {
    await withClient(database, async (client) => {
      const add = `insert into auth_session.signing_key (kid, state, public_key, private_key_sealed) values ($1, $1, '{}', $2)`;
      for (const [state, sealed] of [['next', 'x'], ['current', 'x'], ['previous', null]]) await client.query(add, [state, sealed === null ? null : Buffer.from(String(sealed))]);
      const retire = statements().find(([, sql]) => sql.includes("SET state = 'retired'"));
      await client.query(retire?.[1] ?? '');
      const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from auth_session.signing_key where state = 'retired' and private_key_sealed is null`);
      expect(rows).toEqual([{ count: 3 }]);
    });
  });
});
