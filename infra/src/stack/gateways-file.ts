import { createHash } from 'node:crypto';
import { GatewayRegistry, type Scope, SCOPES } from '@assent/platform';
import { type StateFolder } from '../state/state-folder';

/** A gateway of a local stack, with its key in the clear: the file that is written from it holds only the hash. */
export interface LocalGateway {
  readonly id: string;
  readonly namespace?: string;
  readonly kafka: boolean;
  readonly returnOrigins?: readonly string[];
  readonly apiKeys: readonly { readonly key: string; readonly scopes?: readonly Scope[] }[];
}

export const DEMO_GATEWAY = 'demo';
export const DEMO_RETURN_ORIGIN = 'https://shop.example';

export const demoGateway = (key: string): LocalGateway => ({ id: DEMO_GATEWAY, kafka: true, returnOrigins: [DEMO_RETURN_ORIGIN], apiKeys: [{ key }] });

/** Writes the registry file that all services of the stack read, and gives back its path and what it says. */
export function writeGatewaysFile(state: StateFolder, gateways: readonly LocalGateway[]): { file: string; registry: GatewayRegistry } {
  const entries = gateways.map(({ id, namespace, kafka, returnOrigins, apiKeys }) => ({
    id,
    ...(namespace === undefined ? {} : { namespace }),
    kafka,
    returnOrigins: returnOrigins ?? [],
    apiKeys: apiKeys.map(({ key, scopes }, index) => ({ id: `${id}-${index + 1}`, sha256: createHash('sha256').update(key, 'utf8').digest('hex'), scopes: scopes ?? SCOPES })),
  }));
  state.write('gateways.json', { gateways: entries });
  const file = state.path('gateways.json');
  return { file, registry: GatewayRegistry.load(file) };
}
