import { z } from 'zod';
import { Secret } from '../../secret';
import { defineConfig, type Loaded } from '../define-config';
import { serviceConfig, subjectConfig } from '../shared';
import { variable, wholeNumber } from '../variable';
import { diditAccountConfig } from './didit-account';

const SERVICE = 'webhook-ingest';
const SECRET_LENGTH_MIN = 16;

const webhookSecrets = () =>
  z
    .string()
    .transform((value) => value.split(',').map((part) => part.trim()))
    .refine((secrets) => secrets.every((secret) => secret.length >= SECRET_LENGTH_MIN), { error: `must be secrets of at least ${SECRET_LENGTH_MIN} characters, separated by commas` })
    .transform((secrets) => secrets.map((secret) => new Secret(secret)));

/** Everything that webhook-ingest reads from its environment. */
export const webhookIngestConfig = defineConfig(SERVICE, {
  ...serviceConfig(SERVICE, 3002),
  ...subjectConfig,
  DIDIT_WEBHOOK_SECRETS: variable(webhookSecrets(), {
    description: 'Secret of the webhook destination in the Didit console. While it is being changed: the new and the old one, separated by a comma.',
    example: 'example-only-webhook-secret',
  }),
  ...diditAccountConfig,
  WEBHOOK_FRESHNESS_SECONDS: variable(wholeNumber(30, 3_600).default(300), {
    description: "How far a webhook's timestamp may be from our clock, in seconds.",
    example: '300',
  }),
});

export type WebhookIngestConfig = Loaded<typeof webhookIngestConfig>;
