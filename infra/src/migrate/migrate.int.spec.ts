import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { required, testDatabase } from '@assent/testing';
import { Client } from 'pg';
import { SERVICES, type ServiceName, roleOf, schemaOf } from '../services';
import { withDatabase } from './database-url';
import { MigrationFailed, migrate, serviceUrl, withClient } from './migrate';

const passwords = Object.fromEntries(SERVICES.map((service) => [service, randomBytes(12).toString('hex')])) as Record<ServiceName, string>;
const refused = (client: Client, statement: string): Promise<string> => client.query(statement).then(
  () => `allowed: ${statement}`,
  (error: unknown) => (error as { code: string }).code,
);
const INSUFFICIENT_PRIVILEGE = '42501';

describe('migrations', () => {
  const server = withDatabase(required('ASSENT_TEST_DATABASE_URL'), 'postgres');
  const made: string[] = [];
  const newDatabase = (): string => {
    const name = `assent_migrate_${randomBytes(6).toString('hex')}`;
    made.push(name);
    return withDatabase(server, name);
  };

  afterAll(async () => {
    await withClient(server, async (client) => {
      for (const name of made) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    });
  });

  it('given no database, makes it with every schema; a second run applies nothing', async () => {
    const adminUrl = newDatabase();
    const first = await migrate({ adminUrl });
    const second = await migrate({ adminUrl });
    for (const service of SERVICES) {
      expect(first.applied[service]?.length).toBeGreaterThan(0);
      expect(second.applied[service]).toEqual([]);
    }
    await withClient(adminUrl, async (client) => {
      for (const service of SERVICES) {
        const { rows } = await client.query(`SELECT migration_name FROM ${schemaOf(service)}._prisma_migrations WHERE finished_at IS NOT NULL`);
        expect(rows).toHaveLength(first.applied[service]?.length ?? -1);
      }
    });
  });

  it('given several runs at once, all succeed and each migration is applied once', async () => {
    const adminUrl = newDatabase();
    const reports = await Promise.all([1, 2, 3].map(() => migrate({ adminUrl })));
    expect(reports.filter((report) => (report.applied['auth-session']?.length ?? 0) > 0)).toHaveLength(1);
  });

  it('given the role of one service, lets it use its own rows and nothing else', async () => {
    const adminUrl = newDatabase();
    await migrate({ adminUrl, passwords });
    await withClient(serviceUrl(adminUrl, 'auth-session', passwords['auth-session']), async (client) => {
      expect((await client.query('SHOW search_path')).rows).toEqual([{ search_path: 'auth_session' }]);
      expect((await client.query('SELECT count(*) FROM outbox')).rows).toEqual([{ count: '0' }]);
      const attempts = [
        'SELECT * FROM exemption_engine.outbox',
        'INSERT INTO webhook_ingest.inbox (id, source, body_hash) VALUES (1, 2, NULL)',
        'SELECT * FROM audit_ledger._prisma_migrations',
        'SELECT * FROM _prisma_migrations',
        'CREATE TABLE mine ()',
        'CREATE TABLE public.mine ()',
        'CREATE SCHEMA mine',
        'CREATE TEMP TABLE mine ()',
        'ALTER TABLE outbox DISABLE TRIGGER ALL',
        'TRUNCATE outbox',
        'SET ROLE assent_audit_ledger',
        'CREATE ROLE mine',
      ];
      for (const attempt of attempts) expect([attempt, await refused(client, attempt)]).toEqual([attempt, INSUFFICIENT_PRIVILEGE]);
    });
  });

  it('given another log-in of the server, the database refuses it', async () => {
    const adminUrl = newDatabase();
    await migrate({ adminUrl });
    const stranger = `stranger_${randomBytes(4).toString('hex')}`;
    await withClient(server, (client) => client.query(`CREATE ROLE ${stranger} LOGIN PASSWORD 'x'`));
    const url = new URL(adminUrl);
    url.username = stranger;
    url.password = 'x';
    await expect(withClient(url.toString(), (client) => client.query('SELECT 1'))).rejects.toMatchObject({ code: INSUFFICIENT_PRIVILEGE });
    await withClient(server, (client) => client.query(`DROP ROLE ${stranger}`));
  });

  it('given a test database, its log-in has the same rights as the run-time role', async () => {
    const database = await testDatabase('audit-ledger');
    try {
      await withClient(database.serviceUrl, async (client) => {
        expect((await client.query('SELECT count(*) FROM inbox')).rows).toEqual([{ count: '0' }]);
        expect(await refused(client, 'CREATE TABLE mine ()')).toBe(INSUFFICIENT_PRIVILEGE);
        expect(await refused(client, 'DROP TABLE outbox')).toBe(INSUFFICIENT_PRIVILEGE);
      });
    } finally {
      await database.drop();
    }
  });

  describe('of a folder', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'migrations-'));
    const write = (name: string, sql: string): void => {
      mkdirSync(path.join(folder, name), { recursive: true });
      writeFileSync(path.join(folder, name, 'migration.sql'), sql);
    };
    const run = (adminUrl: string): Promise<unknown> => migrate({ adminUrl, services: ['auth-session'], folder: () => folder });
    afterAll(() => rmSync(folder, { recursive: true }));

    it('given one that fails half-way, names file and reason, leaves nothing behind, and goes on once the file is right', async () => {
      const adminUrl = newDatabase();
      write('20260101000000_first', `-- a comment; with a semicolon\nCREATE TABLE a (id int);\nCREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;`);
      write('20260102000000_second', 'CREATE TABLE b (id int); CREATE TABLE a (id int);');
      const failure: unknown = await run(adminUrl).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(MigrationFailed);
      expect((failure as Error).message).toContain('20260102000000_second');
      expect((failure as Error).message).toContain('"a" already exists');
      await withClient(adminUrl, async (client) => {
        expect((await client.query("SELECT to_regclass('auth_session.a') AS a, to_regclass('auth_session.b') AS b")).rows).toEqual([{ a: 'auth_session.a', b: null }]);
      });
      write('20260102000000_second', 'CREATE TABLE b (id int);');
      await expect(run(adminUrl)).resolves.toEqual({ applied: { 'auth-session': ['20260102000000_second'] } });
    });

    it('given a REVOKE of its own, a second run does not undo it', async () => {
      const adminUrl = newDatabase();
      write('20260103000000_revoke', `REVOKE UPDATE, DELETE ON b FROM ${roleOf('auth-session')};`);
      await run(adminUrl);
      await run(adminUrl);
      const { rows } = await withClient(adminUrl, (client) =>
        client.query("SELECT has_table_privilege('assent_auth_session', 'auth_session.b', 'INSERT') AS insert, has_table_privilege('assent_auth_session', 'auth_session.b', 'UPDATE') AS update"),
      );
      expect(rows).toEqual([{ insert: true, update: false }]);
    });
  });
});
