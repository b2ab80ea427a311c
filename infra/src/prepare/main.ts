import { GatewayRegistry, loadConfig } from '@assent/platform';
import { migrate } from '../migrate/migrate';
import { createContractTopics } from '../topics/create-topics';
import { prepareConfig, rolePasswords } from './prepare-config';

/**
 * The job that runs before the services of a deployment: tables, run-time roles and topics. It may run again at any time, and at once with another.
 * It is the only thing that needs the owner's log-in.
 */
async function prepare(): Promise<void> {
  const config = loadConfig(prepareConfig, process.env);
  const gateways = GatewayRegistry.load(config.gatewaysFile);
  const { applied } = await migrate({ adminUrl: config.databaseUrl.reveal(), passwords: rolePasswords(config) });
  for (const [service, names] of Object.entries(applied)) say(`${service}: ${names.length === 0 ? 'up to date' : `applied ${names.join(', ')}`}`);
  const { created, differences } = await createContractTopics(config.kafkaBrokers, gateways.topology);
  say(`topics: ${created.length === 0 ? 'all there' : `created ${created.join(', ')}`}`);
  for (const { topic, setting, expected, found } of differences) say(`topic ${topic}: ${setting} is ${found}, the contract says ${expected}`);
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

prepare().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
