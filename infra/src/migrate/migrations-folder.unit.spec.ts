import { SERVICES } from '../services';
import { fingerprint, migrationsFolder, readMigrations } from './migrations-folder';

describe('migrations in the repository', () => {
  it('give every service the same tables for messaging', async () => {
    const copies = await Promise.all(SERVICES.map(async (service) => (await readMigrations(migrationsFolder(service))).filter(({ name }) => /_messaging(_|$)/.test(name))));
    expect(copies[0]?.length).toBeGreaterThan(0);
    for (const copy of copies) expect(copy).toEqual(copies[0]);
  });

  it('are named by stamp and purpose, no two with one stamp', async () => {
    for (const service of SERVICES) {
      const names = (await readMigrations(migrationsFolder(service))).map(({ name }) => name);
      for (const name of names) expect(name).toMatch(/^\d{14}_[a-z0-9_]+$/);
      expect(new Set(names.map((name) => name.slice(0, 14))).size).toBe(names.length);
    }
  });

  it('change the fingerprint of a template whenever one of them changes, also by moving text from one to the next', () => {
    const before = fingerprint([{ name: 'a', sql: 'x' }, { name: 'b', sql: 'y' }]);
    expect(fingerprint([{ name: 'a', sql: 'x' }, { name: 'b', sql: 'y' }])).toBe(before);
    expect(fingerprint([{ name: 'a', sql: 'xb' }, { name: '', sql: 'y' }])).not.toBe(before);
    expect(fingerprint([{ name: 'a', sql: 'x' }])).not.toBe(before);
  });
});
