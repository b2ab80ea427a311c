import { startTestEngines } from '@assent/infra';

/** Jest's global set-up of the kinds of tests that need engines: once per run, before the first worker starts. */
export default async function setUp(): Promise<void> {
  const engines = await startTestEngines();
  process.env['ASSENT_TEST_DATABASE_URL'] = engines.databaseUrl;
  process.env['ASSENT_TEST_KAFKA_BROKERS'] = engines.brokers;
  running.assentTestEngines = () => engines.stop();
}

/** The tear-down is another module to Jest; both run in one process. */
const running = globalThis as unknown as { assentTestEngines?: () => Promise<void> };
