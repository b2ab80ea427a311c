import { Secret, defineConfig, gatewaysConfig, kafkaConfig } from '@assent/platform';
import { z } from 'zod';
import { SERVICES, type ServiceName, schemaOf } from '../services';

const PASSWORD_LENGTH_MIN = 16;

/** `auth-session` → `ROLE_PASSWORD_AUTH_SESSION`. */
export const rolePasswordVariable = (service: ServiceName): string => `ROLE_PASSWORD_${schemaOf(service).toUpperCase()}`;

const secret = (schema: z.ZodString): z.ZodPipe<z.ZodString, z.ZodTransform<Secret, string>> => schema.transform((value) => new Secret(value));
const password = secret(z.string().min(PASSWORD_LENGTH_MIN, { error: `must have at least ${PASSWORD_LENGTH_MIN} characters` }));

/** What the job that prepares a deployment reads from its environment. */
export const prepareConfig = defineConfig('prepare', {
  ...gatewaysConfig,
  ...kafkaConfig('assent-prepare'),
  DATABASE_URL: secret(z.string().regex(/^postgres(ql)?:\/\/\S+$/, { error: 'must be a postgres:// URL with a log-in that may create databases and roles' })),
  ROLE_PASSWORD_AUTH_SESSION: password,
  ROLE_PASSWORD_WEBHOOK_INGEST: password,
  ROLE_PASSWORD_EXEMPTION_ENGINE: password,
  ROLE_PASSWORD_AUDIT_LEDGER: password,
});

export const rolePasswords = (config: ReturnType<typeof prepareConfig.load>): Record<ServiceName, string> => {
  const secrets: Record<ServiceName, Secret> = {
    'auth-session': config.rolePasswordAuthSession,
    'webhook-ingest': config.rolePasswordWebhookIngest,
    'exemption-engine': config.rolePasswordExemptionEngine,
    'audit-ledger': config.rolePasswordAuditLedger,
  };
  return Object.fromEntries(SERVICES.map((service) => [service, secrets[service].reveal()])) as Record<ServiceName, string>;
};
