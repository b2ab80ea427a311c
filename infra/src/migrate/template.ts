import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import { type ServiceName, roleOf, schemaOf } from '../services';
import { withDatabase, withLogin } from './database-url';
import { closeDatabase } from './roles';
import { migrateLocked, withClient, withMigrationLock } from './migrate';
import { fingerprint, migrationsFolder, readMigrations } from './migrations-folder';

/** An empty, migrated database of its own for one test file. */
export interface DisposableDatabase {
  /** Log-in of the owner, who may do everything. */
  readonly url: string;
  /** Log-in with exactly the rights of the service's run-time role, and its search path. */
  readonly serviceUrl: string;
  readonly schema: string;
  drop(): Promise<void>;
}

/**
 * Copies a migrated template, which takes a few hundredths of a second; the first caller after a changed migration makes the template.
 * `name` must be new. The server may be shared with a running stack: the log-in made here is a member of the run-time role, not that role itself.
 */
export async function copyTemplate(adminUrl: string, service: ServiceName, name: string, password: string): Promise<DisposableDatabase> {
  const template = await ensureTemplate(adminUrl, service);
  const server = withDatabase(adminUrl, 'postgres');
  const login = `assent_test_${schemaOf(service)}`;
  await withMigrationLock(adminUrl, (client) => ensureLogin(client, service, login, password));
  await withClient(server, (client) => client.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${escapeIdentifier(template)}`));
  const url = withDatabase(adminUrl, name);
  await withMigrationLock(adminUrl, () =>
    withClient(url, async (client) => {
      await closeDatabase(client, [service]);
      await client.query(`ALTER ROLE ${escapeIdentifier(login)} IN DATABASE ${escapeIdentifier(name)} SET search_path = ${escapeIdentifier(schemaOf(service))}`);
    }),
  );
  return {
    url,
    serviceUrl: withLogin(url, login, password),
    schema: schemaOf(service),
    drop: async () => {
      await withClient(server, (client) => client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`));
    },
  };
}

async function ensureTemplate(adminUrl: string, service: ServiceName): Promise<string> {
  const template = `assent_template_${schemaOf(service)}_${fingerprint(await readMigrations(migrationsFolder(service)))}`;
  if (await withClient(withDatabase(adminUrl, 'postgres'), (server) => isClosed(server, template))) return template;
  await withMigrationLock(adminUrl, async (server) => {
    if (await isClosed(server, template)) return;
    await migrateLocked(server, { adminUrl: withDatabase(adminUrl, template), services: [service] });
    // A database that nobody can enter can always be copied. Closing it also marks it as complete.
    await server.query(`ALTER DATABASE ${escapeIdentifier(template)} ALLOW_CONNECTIONS false`);
  });
  return template;
}

async function isClosed(server: Client, template: string): Promise<boolean> {
  const { rows } = await server.query('SELECT 1 FROM pg_database WHERE datname = $1 AND NOT datallowconn', [template]);
  return rows.length > 0;
}

async function ensureLogin(server: Client, service: ServiceName, login: string, password: string): Promise<void> {
  const { rows } = await server.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [login]);
  if (rows.length === 0) {
    await server.query(`CREATE ROLE ${escapeIdentifier(login)} LOGIN PASSWORD ${escapeLiteral(password)} IN ROLE ${escapeIdentifier(roleOf(service))}`);
  }
}
