import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { type ServiceName } from '../services';
import { inWorkspace } from '../workspace';

/** One step of a schema's history, in Prisma's own layout: `<stamp>_<name>/migration.sql`. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export const migrationsFolder = (service: ServiceName): string => inWorkspace('prisma', service, 'migrations');

/** The migrations of a folder in the order in which they apply. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const file = path.join(folder, name, 'migration.sql');
      if (!existsSync(file)) throw new Error(`migration ${name} has no migration.sql`);
      return { name, sql: await readFile(file, 'utf8') };
    }),
  );
}

/** Changes when any migration does: the name of a test database's template hangs on it. */
export function fingerprint(migrations: readonly Migration[]): string {
  const hash = createHash('sha256');
  for (const { name, sql } of migrations) hash.update(`${name}\0${sql}\0`);
  return hash.digest('hex').slice(0, 12);
}
