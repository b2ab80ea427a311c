import { ConfigError, type Loadable, loadConfig } from '../config/define-config';
import { GatewayRegistry } from '../gateways/gateway-registry';
import { armFailpoints } from '../failpoints/failpoint';
import { configureLogging, writeLine } from '../logging/log';
import { scrubText } from '../logging/scrub-text';
import { bootstrapService, type PlatformSettings, type ServiceOptions } from './bootstrap-service';
import { exit, exitOnUncaught } from './process-guard';

/** sysexits.h EX_CONFIG: starting again will not help, somebody must change the configuration. */
export const EXIT_CONFIG = 78;

/** What an application's main.ts decides, given its configuration. */
export type ServiceParts = Omit<ServiceOptions, 'name' | 'config' | 'gateways'>;

/**
 * The whole of a service's main.ts: reads its configuration and the registry of gateways, builds and starts it. A wrong configuration is said on standard
 * error and ends with exit code 78; any other failure to start is logged and ends with 1.
 */
export async function runService<Config extends PlatformSettings>(definition: Loadable<Config>, parts: (config: Config, gateways: GatewayRegistry) => ServiceParts): Promise<void> {
  exitOnUncaught();
  try {
    const config = loadConfig(definition, process.env);
    configureLogging({ service: definition.service, level: config.logLevel });
    armFailpoints(definition.service, process.env);
    const gateways = config.gatewaysFile === undefined ? GatewayRegistry.none() : GatewayRegistry.load(config.gatewaysFile);
    await bootstrapService({ name: definition.service, config, gateways, ...parts(config, gateways) });
  } catch (error) {
    endFailedStart(error);
  }
}

/** At the start no payer's data has come in yet, so the text of an error may be shown, scrubbed of what looks like a secret. */
function endFailedStart(error: unknown): never {
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`);
    exit(EXIT_CONFIG);
  }
  writeLine('fatal', 'service', `start failed: ${error instanceof Error ? scrubText(error.message) : 'unknown'}`, { error });
  exit(1);
}
