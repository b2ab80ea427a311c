import { Client, escapeIdentifier } from 'pg';
import { SERVICES, type ServiceName, roleOf, schemaOf } from '../services';
import { databaseOf, withDatabase, withLogin } from './database-url';
import { type Migration, migrationsFolder, readMigrations } from './migrations-folder';
import { closeDatabase, ensureRole, ensureSchema, hideHistory } from './roles';
import { withSchemaEngine } from './schema-engine';

/** "assent": one key of PostgreSQL's advisory locks, so that two runs against one server take turns. */
const MIGRATION_LOCK = 0x61737365;

/** A migration did not apply. The message names service, file and the database's own words; the file has left nothing behind. */
export class MigrationFailed extends Error {
  override readonly name = 'MigrationFailed';
}

export interface MigrateOptions {
  /** A log-in that may create databases and roles. Its database is the one migrated; it is created where it is missing. */
  readonly adminUrl: string;
  /** Default: all four. */
  readonly services?: readonly ServiceName[];
  /** Password of each run-time role. A service without one keeps what it has; a new role then cannot log in. */
  readonly passwords?: Readonly<Partial<Record<ServiceName, string>>>;
  /** Where a service's migrations lie. Default: prisma/<service>/migrations. */
  readonly folder?: (service: ServiceName) => string;
}

export interface MigrateReport {
  /** Names of the migrations that this run applied, by service. */
  readonly applied: Readonly<Partial<Record<ServiceName, readonly string[]>>>;
}

/** Runs `work` on a connection of its own, closed whatever happens. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'assent-migrate' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Runs `work` while no other migration of this server runs. The lock hangs on the connection: a killed run gives it back. */
export async function withMigrationLock<T>(adminUrl: string, work: (server: Client) => Promise<T>): Promise<T> {
  return withClient(withDatabase(adminUrl, 'postgres'), async (server) => {
    await server.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return work(server);
  });
}

export async function ensureDatabase(server: Client, name: string): Promise<void> {
  const { rows } = await server.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (rows.length === 0) await server.query(`CREATE DATABASE ${escapeIdentifier(name)} ENCODING 'UTF8' TEMPLATE template0`);
}

/** Brings database, roles, schemas and tables of the services to the state that the migration files say. A second run changes nothing. */
export async function migrate(options: MigrateOptions): Promise<MigrateReport> {
  return withMigrationLock(options.adminUrl, (server) => migrateLocked(server, options));
}

/** The same for a caller that holds the lock already. */
export async function migrateLocked(server: Client, options: MigrateOptions): Promise<MigrateReport> {
  const services = options.services ?? SERVICES;
  await ensureDatabase(server, databaseOf(options.adminUrl));
  for (const service of services) await ensureRole(server, service, options.passwords?.[service] ?? null);
  const applied: Partial<Record<ServiceName, readonly string[]>> = {};
  await withClient(options.adminUrl, async (database) => {
    for (const service of services) await ensureSchema(database, service);
    await closeDatabase(database, services);
    for (const service of services) {
      const folder = (options.folder ?? migrationsFolder)(service);
      applied[service] = await applyMigrations(options.adminUrl, service, folder, await readMigrations(folder));
      await hideHistory(database, service);
    }
  });
  return { applied };
}

async function applyMigrations(url: string, service: ServiceName, folder: string, migrations: readonly Migration[]): Promise<readonly string[]> {
  try {
    return await withSchemaEngine(url, schemaOf(service), async (engine) => {
      for (const migrationName of await failedMigrations(url, service)) await engine.markMigrationRolledBack({ migrationName });
      const { appliedMigrationNames } = await engine.applyMigrations({
        migrationsList: {
          baseDir: folder,
          lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
          shadowDbInitScript: '',
          migrationDirectories: migrations.map(({ name, sql }) => ({ path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } } })),
        },
        filters: { externalTables: [], externalEnums: [] },
      });
      return appliedMigrationNames;
    });
  } catch (error) {
    throw new MigrationFailed(`prisma/${service}/migrations: ${messageOf(error)}`, { cause: error });
  }
}

/** Migrations that an earlier run could not apply. Each is one transaction here, so it has left nothing behind and may be tried again. */
async function failedMigrations(url: string, service: ServiceName): Promise<string[]> {
  const history = `${escapeIdentifier(schemaOf(service))}._prisma_migrations`;
  return withClient(url, async (database) => {
    const { rows: known } = await database.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [history]);
    if (known[0]?.found !== true) return [];
    const { rows } = await database.query<{ name: string }>(
      `SELECT migration_name AS name FROM ${history} WHERE finished_at IS NULL AND rolled_back_at IS NULL ORDER BY started_at`,
    );
    return rows.map((row) => row.name);
  });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : JSON.stringify(error));

/** What a service is started with: its own role's log-in to the migrated database. */
export const serviceUrl = (adminUrl: string, service: ServiceName, password: string): string => withLogin(adminUrl, roleOf(service), password);
