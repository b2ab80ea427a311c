import { existsSync } from 'node:fs';
import { PrismaPg } from '@prisma/adapter-pg';
import { testDatabase } from '@assent/testing';
import { SERVICES, type ServiceName } from '../services';
import { inWorkspace } from '../workspace';
import { withClient } from './migrate';
import { type DisposableDatabase } from './template';

interface Delegate {
  findFirst(): Promise<unknown>;
}
type Client = Readonly<Record<string, Delegate>> & { $disconnect(): Promise<void> };
interface Generated {
  readonly PrismaClient: new (options: { adapter: PrismaPg }) => Client;
  readonly Prisma: { readonly ModelName: Readonly<Record<string, string>> };
}

const generated = (service: ServiceName): string => inWorkspace('prisma', 'generated', service, 'client.ts');

/** Models and tables are written by hand, twice. A column that only one of them has is found here and not by a customer. */
describe.each([...SERVICES])('the models of %s', (service) => {
  let database: DisposableDatabase;
  let client: Client;
  let names: string[];

  beforeAll(async () => {
    expect(existsSync(generated(service))).toBe(true);
    const { PrismaClient, Prisma } = (await import(generated(service))) as Generated;
    names = Object.keys(Prisma.ModelName);
    database = await testDatabase(service);
    client = new PrismaClient({ adapter: new PrismaPg({ connectionString: database.serviceUrl }, { schema: database.schema }) });
  });
  afterAll(async () => {
    await client.$disconnect();
    await database.drop();
  });

  it('can each be read from the migrated database, with all their columns, by the run-time role', async () => {
    for (const name of names) {
      const delegate = client[`${name.charAt(0).toLowerCase()}${name.slice(1)}`];
      await expect(delegate?.findFirst()).resolves.toBeDefined();
    }
  });

  it('given a table that has lost a column, can not: so this test would say so', async () => {
    const columns = await withClient(database.url, (owner) =>
      owner.query<{ name: string; column: string }>(
        `SELECT t.relname AS name, c.attname AS column FROM pg_attribute c JOIN pg_class t ON t.oid = c.attrelid JOIN pg_namespace s ON s.oid = t.relnamespace
         WHERE s.nspname = $1 AND t.relkind IN ('r', 'p') AND NOT t.relispartition AND c.attnum = 1`,
        [database.schema],
      ),
    );
    const delegates = names.map((name) => client[`${name.charAt(0).toLowerCase()}${name.slice(1)}`]);
    for (const { name, column } of columns.rows) {
      await withClient(database.url, (owner) => owner.query(`ALTER TABLE ${database.schema}."${name}" DROP COLUMN "${column}" CASCADE`));
    }
    for (const delegate of delegates) await expect(delegate?.findFirst()).rejects.toThrow('column');
  });
});
