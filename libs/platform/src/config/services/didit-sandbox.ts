import { z } from 'zod';
import { type ConfigProblem, defineConfig, type Loaded } from '../define-config';
import { httpConfig, loggingConfig, processConfig, tracingConfig } from '../shared';
import { httpUrl, secretText, text, variable } from '../variable';

const SERVICE = 'didit-sandbox';
const PORT = 3005;
const RETRY_DELAY_MAX_MS = 3_600_000;
const id = () => text(/^[A-Za-z0-9_-]{1,128}$/, 'must have 1 to 128 of A-Z a-z 0-9 _ -');

const retryDelays = () =>
  z
    .string()
    .regex(/^\s*\d{1,7}\s*(,\s*\d{1,7}\s*){0,9}$/, { error: 'must be 1 to 10 whole numbers of milliseconds, separated by commas' })
    .transform((value) => value.split(',').map(Number))
    .refine((delays) => delays.every((delay) => delay <= RETRY_DELAY_MAX_MS), { error: `must be at most ${RETRY_DELAY_MAX_MS} milliseconds each` });

/** Everything that didit-sandbox reads from its environment. It stands in for the vendor, so it refuses to be production. */
export const diditSandboxConfig = defineConfig(
  SERVICE,
  {
    ...processConfig,
    ...loggingConfig,
    ...tracingConfig,
    ...httpConfig(PORT),
    SANDBOX_API_KEY: variable(secretText(8), { description: 'The API key that it accepts: DIDIT_API_KEY of auth-session.', example: 'example-only-didit-api-key' }),
    SANDBOX_WEBHOOK_URL: variable(httpUrl(), { description: 'Where it sends webhooks: webhook-ingest.', example: 'http://127.0.0.1:3002/webhooks/didit' }),
    SANDBOX_WEBHOOK_SECRET: variable(secretText(16), { description: 'Signs its webhooks: one of DIDIT_WEBHOOK_SECRETS.', example: 'example-only-webhook-secret' }),
    SANDBOX_APPLICATION_ID: variable(id(), { description: 'The application that it plays: DIDIT_APPLICATION_ID.', example: '00000000-0000-4000-8000-00000000000a' }),
    SANDBOX_WORKFLOW_ID: variable(id(), { description: 'The workflow that it plays: DIDIT_WORKFLOW_ID.', example: '00000000-0000-4000-8000-00000000000b' }),
    SANDBOX_RETRY_DELAYS_MS: variable(retryDelays().default([60_000, 240_000]), {
      description: 'Pauses before each further delivery of a webhook that was not answered 2xx, in milliseconds. Default: as Didit, after 1 and 4 minutes.',
      example: '60000,240000',
    }),
    SANDBOX_PUBLIC_URL: variable(httpUrl(), { description: 'Under which URL a browser reaches its hosted page.', example: `http://127.0.0.1:${PORT}` }),
  },
  [
    ({ nodeEnv }): ConfigProblem[] =>
      nodeEnv === 'production' ? [{ variable: 'NODE_ENV', message: 'must not be production: didit-sandbox approves whatever it is told to' }] : [],
  ],
);

export type DiditSandboxConfig = Loaded<typeof diditSandboxConfig>;
