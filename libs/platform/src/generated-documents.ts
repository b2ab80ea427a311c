import { renderEnvExample } from './config/env-example';
import { SERVICE_CONFIGS } from './config/services';
import { gatewaysJsonSchema } from './gateways/gateways-file';

export interface GeneratedDocument {
  /** From the root of the repository. */
  readonly path: string;
  readonly render: () => string;
}

/** Committed files that are made from code. `npm run generate` writes them; a test fails when one has drifted. */
export const PLATFORM_DOCUMENTS: readonly GeneratedDocument[] = [
  { path: '.env.example', render: () => renderEnvExample(SERVICE_CONFIGS) },
  { path: 'docs/gateways.schema.json', render: () => `${JSON.stringify(gatewaysJsonSchema(), null, 2)}\n` },
];
