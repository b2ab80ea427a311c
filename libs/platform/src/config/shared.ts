import { choice, httpUrl, list, secretKey, secretText, text, variable, wholeNumber } from './variable';

const HOST = /^[A-Za-z0-9.:_-]{1,253}$/;
const HOST_AND_PORT = /^[A-Za-z0-9._-]{1,253}:\d{1,5}$/;

/** What every process has. */
export const processConfig = {
  NODE_ENV: variable(choice(['production', 'development', 'test']).default('production'), {
    description: 'production refuses the example keys of this file and addresses without TLS. Unset means production.',
    example: 'development',
  }),
  SHUTDOWN_TIMEOUT_MS: variable(wholeNumber(100, 600_000).default(10_000), {
    description: 'How long a stopping service may finish what it has begun, in milliseconds; then it exits hard.',
    example: '10000',
  }),
};

export const loggingConfig = {
  LOG_LEVEL: variable(choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'), {
    description: 'The lowest level that is logged. No level logs personal data.',
    example: 'info',
  }),
};

export const tracingConfig = {
  OTEL_EXPORTER_OTLP_ENDPOINT: variable(httpUrl().optional().transform((value) => value ?? null), {
    description: 'Where OpenTelemetry traces go (OTLP over HTTP, for example http://127.0.0.1:4318). Unset: no export; trace ids still travel and are logged.',
    example: null,
  }),
};

/** @param port the service's own port on a developer's machine */
export const httpConfig = (port: number) => ({
  HTTP_HOST: variable(text(HOST, 'must be a host name or an address').default('127.0.0.1'), {
    description: 'Address to listen on. 0.0.0.0 inside a container.',
    example: '127.0.0.1',
  }),
  HTTP_PORT: variable(wholeNumber(0, 65_535).default(port), {
    description: 'Port to listen on; 0 takes a free one.',
    example: String(port),
    perService: true,
  }),
});

/** @param schema the service's own PostgreSQL schema; its role is `assent_<schema>` */
export const databaseConfig = (schema: string) => ({
  DATABASE_URL: variable(secretText(12).refine((url) => /^postgres(ql)?:\/\/\S+$/.test(url.reveal()), { error: 'must be a postgres:// URL' }), {
    description: "PostgreSQL, with the service's own role.",
    example: `postgres://assent_${schema}:example-only-password@127.0.0.1:5432/assent`,
    perService: true,
  }),
  DATABASE_SCHEMA: variable(text(/^[a-z_][a-z0-9_]{0,62}$/, 'must be a lower-case schema name').default(schema), {
    description: 'The PostgreSQL schema that the service owns.',
    example: schema,
    perService: true,
  }),
  DATABASE_POOL_MAX: variable(wholeNumber(2, 500).default(10), {
    description: "Most connections of one replica. All replicas together must stay below PostgreSQL's max_connections.",
    example: '10',
  }),
});

/** @param clientId the service's name, as the broker's logs and quotas show it */
export const kafkaConfig = (clientId: string) => ({
  KAFKA_BROKERS: variable(list(HOST_AND_PORT, 'must be host:port, several separated by commas'), {
    description: 'Kafka brokers to start from: host:port, several separated by commas.',
    example: '127.0.0.1:9092',
  }),
  KAFKA_CLIENT_ID: variable(text(/^[A-Za-z0-9._-]{1,100}$/, 'must have 1 to 100 of A-Z a-z 0-9 . _ -').default(clientId), {
    description: "Name of the client in the broker's logs and quotas.",
    example: clientId,
    perService: true,
  }),
});

export const gatewaysConfig = {
  GATEWAYS_FILE: variable(text(/^\P{Cc}+$/u, 'must be a path'), {
    description: 'The registry of gateways, JSON (docs/gateways.schema.json, docs/gateways.example.json). The same file for every service.',
    example: 'docs/gateways.example.json',
  }),
};

export const subjectConfig = {
  SUBJECT_REF_KEY: variable(secretKey(32), {
    description: "Makes the payers' pseudonyms in event headers and the ledger: 32 bytes in base64, the same for every service, never changed while records are kept.",
    example: exampleKey('subject-ref'),
  }),
};

/** 32 bytes of base64 that say what they are, so that a production service can refuse them. */
export function exampleKey(purpose: string): string {
  return Buffer.from(`example-only ${purpose}`.padEnd(32, '.').slice(0, 32), 'utf8').toString('base64');
}

/** Only what a service with HTTP, PostgreSQL, Kafka and the registry of gateways needs: all four do. */
export const serviceConfig = (service: string, port: number) => ({
  ...processConfig,
  ...loggingConfig,
  ...tracingConfig,
  ...httpConfig(port),
  ...databaseConfig(service.replaceAll('-', '_')),
  ...kafkaConfig(service),
  ...gatewaysConfig,
});

