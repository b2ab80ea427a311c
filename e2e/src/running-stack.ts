import path from 'node:path';
import { inWorkspace, type StackHandle, startStack } from '@assent/infra';

type StackOptions = NonNullable<Parameters<typeof startStack>[0]>;

/** A second gateway, REST only, in a namespace of its own: what one may not do to the other. */
export const OTHER_GATEWAY = { id: 'other', kafka: false, returnOrigins: ['https://other.example'], apiKeys: [{ key: 'assent_test_other_gateway_key_0001' }] } as const;

/** Stands in place of a passkey wherever a flow is about something else: one factor is enough. */
const ONE_FACTOR = { ALLOW_SINGLE_FACTOR: 'true', RECONCILE_AFTER_SECONDS: '30' };

/**
 * The whole stack on the engines of the test run, as `npm start` starts it. One at a time: spec files run one after another and share
 * the state folder, so that they find the same secrets beside the same database.
 */
export function runningStack(options: Pick<StackOptions, 'env'> = {}): Promise<StackHandle> {
  const { ASSENT_TEST_DATABASE_URL: databaseUrl, ASSENT_TEST_KAFKA_BROKERS: brokers } = process.env;
  if (databaseUrl === undefined || brokers === undefined) throw new Error('the engines of the test run are not known: run `npm test`');
  const database = new URL(databaseUrl);
  database.pathname = '/assent';
  return startStack({
    stateDir: path.join(inWorkspace('.assent'), 'e2e'),
    quiet: true,
    gateways: [OTHER_GATEWAY],
    env: { ...options.env, 'auth-session': { ...ONE_FACTOR, ...options.env?.['auth-session'] } },
    environment: { PATH: process.env['PATH'], HOME: process.env['HOME'], DATABASE_URL: database.href, KAFKA_BROKERS: brokers },
  });
}
