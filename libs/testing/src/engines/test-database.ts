import { randomBytes } from 'node:crypto';
import { type DisposableDatabase, type ServiceName, copyTemplate, schemaOf } from '@assent/infra';

/** Everybody may know it: it opens empty databases of a test run on this computer, for as long as the run lasts. */
const TEST_PASSWORD = 'assent-test';

/**
 * A migrated, empty database of its own for one service, as a test file takes it in `beforeAll`; `drop()` in `afterAll`.
 * `serviceUrl` has the rights of the service's run-time role and no more: use it for what is under test, `url` (the owner) to look behind.
 */
export async function testDatabase(service: ServiceName): Promise<DisposableDatabase> {
  const name = `assent_test_${schemaOf(service)}_${randomBytes(6).toString('hex')}`;
  return copyTemplate(required('ASSENT_TEST_DATABASE_URL'), service, name, TEST_PASSWORD);
}

/** What the global set-up promises to tests that need an engine. */
export function required(variable: 'ASSENT_TEST_DATABASE_URL' | 'ASSENT_TEST_KAFKA_BROKERS'): string {
  const value = process.env[variable];
  if (value === undefined || value === '') throw new Error(`${variable} is not set: run this test through \`npm test\`, which starts the engines`);
  return value;
}
