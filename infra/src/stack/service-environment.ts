import { type Engines } from '../engines/engine';
import { serviceUrl } from '../migrate/migrate';
import { PROGRAMS, type ProgramName, SERVICES, type ServiceName } from '../services';
import { type StackSecrets } from './stack-secrets';
import { type VendorAccount } from './vendor-account';

export interface EnvironmentInput {
  readonly engines: Engines;
  readonly secrets: StackSecrets;
  readonly ports: Readonly<Record<ProgramName, number>>;
  readonly gatewaysFile: string;
  /** Null: the local stand-in. */
  readonly account: VendorAccount | null;
  /** What the caller's own environment says. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What a program may take over from the caller's environment: how to find programs and the network, how much to say. Nothing else leaks in. */
const INHERITED = [
  'PATH', 'HOME', 'TZ', 'LANG', 'LOG_LEVEL', 'OTEL_EXPORTER_OTLP_ENDPOINT',
  'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE',
  'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy',
] as const;

/** Settings of auth-session that may be given from outside; the demonstration has its own defaults. */
export const TUNABLE = [
  'PUBLIC_BASE_URL', 'ALLOW_SINGLE_FACTOR', 'CODE_TTL_SECONDS', 'RECONCILE_AFTER_SECONDS', 'DIDIT_TIMEOUT_MS',
  'PORTRAIT_TTL_DAYS', 'CODE_ISSUER', 'PAYER_FAILURES_MAX', 'PAYER_BLOCK_SECONDS',
] as const;

export const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

/** The whole environment of every program of a local stack. */
export function stackEnvironment(input: EnvironmentInput): Record<ProgramName, Record<string, string>> {
  const { ports, secrets } = input;
  const vendor = vendorEnvironment(input);
  const own: Record<ProgramName, Record<string, string>> = {
    'auth-session': {
      PUBLIC_BASE_URL: urlOf(ports['auth-session']),
      APPROVAL_TOKEN_SECRET: secrets.approvalTokenSecret,
      CODE_KEY_ENCRYPTION_KEY: secrets.codeKeyEncryptionKey,
      PORTRAIT_ENCRYPTION_KEY: secrets.portraitEncryptionKey,
      SUBJECT_REF_KEY: secrets.subjectRefKey,
      // The stand-in's face check is one factor, and the demonstration has no passkey.
      ALLOW_SINGLE_FACTOR: input.account === null ? 'true' : 'false',
      DIDIT_BASE_URL: vendor.DIDIT_BASE_URL,
      DIDIT_API_KEY: vendor.DIDIT_API_KEY,
      ...vendorIds(vendor),
      ...picked(input.environment, TUNABLE),
    },
    'webhook-ingest': { SUBJECT_REF_KEY: secrets.subjectRefKey, DIDIT_WEBHOOK_SECRETS: vendor.DIDIT_WEBHOOK_SECRETS, ...vendorIds(vendor) },
    'exemption-engine': { SUBJECT_REF_KEY: secrets.subjectRefKey },
    'audit-ledger': {
      SUBJECT_REF_KEY: secrets.subjectRefKey,
      LEDGER_LOG_ID: 'main',
      LEDGER_ORIGIN: 'assent.localhost/main',
      LEDGER_SIGNING_KEY: secrets.ledgerSigningKey,
      LEDGER_ENCRYPTION_KEY: secrets.ledgerEncryptionKey,
      CHECKPOINT_INTERVAL_MS: '500',
      CHECKPOINT_LEAVES: '1000',
    },
    'didit-sandbox': {
      SANDBOX_API_KEY: secrets.sandboxApiKey,
      SANDBOX_WEBHOOK_URL: `${urlOf(ports['webhook-ingest'])}/webhooks/didit`,
      SANDBOX_WEBHOOK_SECRET: secrets.sandboxWebhookSecret,
      SANDBOX_APPLICATION_ID: secrets.sandboxApplicationId,
      SANDBOX_WORKFLOW_ID: secrets.sandboxWorkflowId,
      SANDBOX_PUBLIC_URL: urlOf(ports['didit-sandbox']),
    },
  };
  const environments = PROGRAMS.map((name): [ProgramName, Record<string, string>] => [name, { ...shared(input, name), ...(isService(name) ? serviceShared(input, name) : {}), ...own[name] }]);
  return Object.fromEntries(environments) as Record<ProgramName, Record<string, string>>;
}

const isService = (name: ProgramName): name is ServiceName => (SERVICES as readonly ProgramName[]).includes(name);

const shared = ({ environment, ports }: EnvironmentInput, name: ProgramName): Record<string, string> => ({
  ...picked(environment, INHERITED),
  NODE_ENV: 'development',
  HTTP_HOST: '127.0.0.1',
  HTTP_PORT: String(ports[name]),
  SHUTDOWN_TIMEOUT_MS: '5000',
});

const serviceShared = ({ engines, secrets, gatewaysFile }: EnvironmentInput, name: ServiceName): Record<string, string> => ({
  DATABASE_URL: serviceUrl(engines.postgres.adminUrl, name, secrets[`database:${name}`]),
  KAFKA_BROKERS: engines.kafka.brokers.join(','),
  GATEWAYS_FILE: gatewaysFile,
});

function vendorEnvironment({ account, secrets, ports }: EnvironmentInput): VendorAccount {
  return (
    account ?? {
      DIDIT_BASE_URL: urlOf(ports['didit-sandbox']),
      DIDIT_API_KEY: secrets.sandboxApiKey,
      DIDIT_WORKFLOW_ID: secrets.sandboxWorkflowId,
      DIDIT_WEBHOOK_SECRETS: secrets.sandboxWebhookSecret,
      DIDIT_APPLICATION_ID: secrets.sandboxApplicationId,
      DIDIT_ENVIRONMENT: 'sandbox',
    }
  );
}

const vendorIds = ({ DIDIT_APPLICATION_ID, DIDIT_WORKFLOW_ID, DIDIT_ENVIRONMENT }: VendorAccount): Record<string, string> => ({ DIDIT_APPLICATION_ID, DIDIT_WORKFLOW_ID, DIDIT_ENVIRONMENT });

function picked(environment: Readonly<Record<string, string | undefined>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name): [string, string][] => (environment[name] === undefined || environment[name] === '' ? [] : [[name, environment[name]]])));
}
