import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import { SERVICES, type ServiceName, roleOf, schemaOf } from '../services';

/**
 * Makes the run-time role of a service where it is missing. With a password it may log in (and the password is set anew); without one it stays
 * as it is, or is made without the right to log in.
 * Roles belong to the whole server: callers hold the server's migration lock.
 */
export async function ensureRole(server: Client, service: ServiceName, password: string | null): Promise<void> {
  const role = escapeIdentifier(roleOf(service));
  const { rows } = await server.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [roleOf(service)]);
  if (rows.length === 0) await server.query(`CREATE ROLE ${role} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`);
  if (password !== null) await server.query(`ALTER ROLE ${role} LOGIN PASSWORD ${escapeLiteral(password)}`);
}

/** Makes the service's schema, owned by whoever runs the migrations, and lets the run-time role use its rows but not its structure. */
export async function ensureSchema(database: Client, service: ServiceName): Promise<void> {
  const schema = escapeIdentifier(schemaOf(service));
  const role = escapeIdentifier(roleOf(service));
  await database.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  await database.query(`REVOKE ALL ON SCHEMA ${schema} FROM PUBLIC`);
  await database.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
  // As defaults, so that a table has them from its creation on and a migration's own REVOKE stands for ever.
  await database.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${role}`);
  await database.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT USAGE ON SEQUENCES TO ${role}`);
}

/** The history of migrations is the owner's: the run-time role gets nothing there. */
export async function hideHistory(database: Client, service: ServiceName): Promise<void> {
  const history = `${escapeIdentifier(schemaOf(service))}._prisma_migrations`;
  const { rows } = await database.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [history]);
  if (rows[0]?.found === true) await database.query(`REVOKE ALL ON ${history} FROM ${escapeIdentifier(roleOf(service))}`);
}

/** Who may enter the database at all: its owner and the run-time roles of `services`, nobody else. */
export async function closeDatabase(database: Client, services: readonly ServiceName[] = SERVICES): Promise<void> {
  const name = escapeIdentifier(database.database ?? '');
  await database.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  await database.query('REVOKE ALL ON SCHEMA public FROM PUBLIC');
  for (const service of services) {
    const role = escapeIdentifier(roleOf(service));
    await database.query(`GRANT CONNECT ON DATABASE ${name} TO ${role}`);
    // The connection of the service sets it as well; this is for a human who logs in with the role.
    await database.query(`ALTER ROLE ${role} IN DATABASE ${name} SET search_path = ${escapeIdentifier(schemaOf(service))}`);
  }
}
