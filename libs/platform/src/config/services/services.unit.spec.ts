import { parseEnv } from 'node:util';
import type { z } from 'zod';
import { notesOf } from '../variable';
import { renderEnvExample } from '../env-example';
import { ConfigError, type ConfigShape, type Environment, type Loadable } from '../define-config';
import { authSessionConfig, diditSandboxConfig, SERVICE_CONFIGS, webhookIngestConfig, auditLedgerConfig } from './index';

const example = parseEnv(renderEnvExample(SERVICE_CONFIGS));

/** What `.env.example` says for one service: the shared values, and its own line of those that differ. */
function exampleFor(service: { shape: ConfigShape }): Environment {
  const own = Object.entries(service.shape).filter(([, schema]) => notesOf(schema).perService === true);
  return { ...example, ...Object.fromEntries(own.map(([name, schema]) => [name, notesOf(schema).example ?? ''])) };
}

function wrongVariables(definition: Loadable<unknown>, environment: Environment): string[] {
  try {
    definition.load(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ variable }) => variable);
    throw error;
  }
}

const schemasOf = (service: { shape: ConfigShape }): [string, z.ZodType][] => Object.entries(service.shape);

describe.each(SERVICE_CONFIGS.map((definition) => [definition.service, definition] as const))('configuration of %s', (_, definition) => {
  it('given the example, then the service starts with it', () => {
    expect(wrongVariables(definition, exampleFor(definition))).toEqual([]);
  });

  it('given nothing, then every variable without a default is named', () => {
    const required = schemasOf(definition).filter(([, schema]) => !schema.safeParse(undefined).success).map(([name]) => name);
    expect(wrongVariables(definition, {})).toEqual(required);
    expect(required.length).toBeGreaterThan(3);
  });

  it('given the example in production, then it does not start', () => {
    expect(wrongVariables(definition, { ...exampleFor(definition), NODE_ENV: 'production' })).not.toEqual([]);
  });

  it('given rubbish in any one variable, then exactly that variable is named', () => {
    const rubbish = '\u0000';
    for (const name of Object.keys(definition.shape)) {
      expect(wrongVariables(definition, { ...exampleFor(definition), [name]: rubbish })).toEqual([name]);
    }
  });

  it('then every variable says what it is for', () => {
    for (const [, schema] of schemasOf(definition)) expect(notesOf(schema).description).toMatch(/^.{15,}\.$/s);
  });
});

describe('what production refuses', () => {
  const strong = (name: string): string => Buffer.alloc(32, name).toString('base64');
  const production = {
    ...exampleFor(authSessionConfig),
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://assent_auth_session:not-the-example@db.internal:5432/assent',
    SUBJECT_REF_KEY: strong('a'),
    APPROVAL_TOKEN_SECRET: strong('b'),
    CODE_KEY_ENCRYPTION_KEY: strong('c'),
    PORTRAIT_ENCRYPTION_KEY: strong('d'),
    DIDIT_API_KEY: 'a-real-key-of-the-vendor',
    DIDIT_BASE_URL: 'https://verification.didit.me',
    PUBLIC_BASE_URL: 'https://approve.bank.example',
  };

  it('given keys of its own and https, then auth-session starts', () => {
    expect(wrongVariables(authSessionConfig, production)).toEqual([]);
  });

  it.each([
    ['PUBLIC_BASE_URL', 'http://approve.bank.example'],
    ['DIDIT_BASE_URL', 'http://verification.didit.me'],
    ['DATABASE_URL', 'postgres://assent_auth_session:example-only-password@db.internal:5432/assent'],
  ])('given %s = %s, then it is refused', (name, value) => {
    expect(wrongVariables(authSessionConfig, { ...production, [name]: value })).toEqual([name]);
  });

  it('given one example secret beside a good one, then webhook-ingest is refused: either would be accepted', () => {
    const secrets = 'a-real-secret-of-the-vendor,example-only-webhook-secret';
    const environment = { ...exampleFor(webhookIngestConfig), NODE_ENV: 'production', DATABASE_URL: production.DATABASE_URL, DIDIT_WEBHOOK_SECRETS: secrets, SUBJECT_REF_KEY: Buffer.alloc(32, 9).toString('base64') };
    expect(wrongVariables(webhookIngestConfig, environment)).toEqual(['DIDIT_WEBHOOK_SECRETS']);
  });

  it('given didit-sandbox, then production is refused whatever its keys: it approves what it is told to', () => {
    const environment = { ...exampleFor(diditSandboxConfig), SANDBOX_API_KEY: 'a-key-of-its-own', SANDBOX_WEBHOOK_SECRET: 'a-secret-of-its-own-x', NODE_ENV: 'production' };
    expect(wrongVariables(diditSandboxConfig, environment)).toEqual(['NODE_ENV']);
  });
});

describe('LEDGER_SIGNING_KEY', () => {
  it.each([
    [16, false],
    [32, true],
    [40, false],
    [48, true],
    [64, false],
  ])('given %d bytes, then it is taken: %s', (bytes, taken) => {
    const environment = { ...exampleFor(auditLedgerConfig), LEDGER_SIGNING_KEY: Buffer.alloc(bytes, 3).toString('base64') };
    expect(wrongVariables(auditLedgerConfig, environment)).toEqual(taken ? [] : ['LEDGER_SIGNING_KEY']);
  });
});
