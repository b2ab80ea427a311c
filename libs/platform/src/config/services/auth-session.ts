import { type ConfigProblem, defineConfig, type Loaded } from '../define-config';
import { exampleKey, serviceConfig, subjectConfig } from '../shared';
import { flag, httpOrigin, httpUrl, secretKey, secretText, text, variable, wholeNumber } from '../variable';
import { diditAccountConfig } from './didit-account';
import { tlsInProduction } from './tls-in-production';

const SERVICE = 'auth-session';
const PORT = 3001;

/** Everything that auth-session reads from its environment. */
export const authSessionConfig = defineConfig(
  SERVICE,
  {
    ...serviceConfig(SERVICE, PORT),
    ...subjectConfig,
    PUBLIC_BASE_URL: variable(httpOrigin(), {
      description: 'Origin under which payers reach the approval page. Approval links start with it, and a form from any other origin is refused.',
      example: `http://127.0.0.1:${PORT}`,
    }),
    APPROVAL_TOKEN_SECRET: variable(secretKey(32), {
      description: 'Approval links are derived from it: 32 bytes in base64. Changing it ends all open links.',
      example: exampleKey('approval-token'),
    }),
    DIDIT_BASE_URL: variable(httpUrl(), {
      description: "Didit's API: https://verification.didit.me, or didit-sandbox.",
      example: 'http://127.0.0.1:3005',
    }),
    DIDIT_API_KEY: variable(secretText(8), { description: "API key of the Didit application.", example: 'example-only-didit-api-key' }),
    ...diditAccountConfig,
    DIDIT_TIMEOUT_MS: variable(wholeNumber(100, 60_000).default(5_000), {
      description: 'How long one call to Didit may take, in milliseconds.',
      example: '5000',
    }),
    CODE_ISSUER: variable(text(/^[\x21-\x7e]{1,200}$/, 'must have 1 to 200 characters of ASCII and no blanks').default('assent'), {
      description: '`iss` of the authentication codes. Verifiers pin it, so it does not change.',
      example: 'assent',
    }),
    CODE_TTL_SECONDS: variable(wholeNumber(60, 3_600).default(600), {
      description: 'How long an authentication code may be redeemed, in seconds.',
      example: '600',
    }),
    CODE_KEY_ENCRYPTION_KEY: variable(secretKey(32), {
      description: 'Encrypts the keys that sign authentication codes, where the database keeps them: 32 bytes in base64.',
      example: exampleKey('code-keys'),
    }),
    PORTRAIT_ENCRYPTION_KEY: variable(secretKey(32), {
      description: "Encrypts payers' portraits, and nothing else: 32 bytes in base64.",
      example: exampleKey('portraits'),
    }),
    PORTRAIT_TTL_DAYS: variable(wholeNumber(1, 3_650).default(30), {
      description: 'How long a portrait is kept, in days.',
      example: '30',
    }),
    ALLOW_SINGLE_FACTOR: variable(flag().default(false), {
      description: 'true approves with the face alone, which is NOT strong customer authentication: for demonstrations only.',
      example: 'false',
    }),
    PAYER_FAILURES_MAX: variable(wholeNumber(1, 5).default(5), {
      description: 'How many failed authentications in a row block a payer. The law allows five at most (RTS 2018/389 Article 4(3)(b)).',
      example: '5',
    }),
    PAYER_BLOCK_SECONDS: variable(wholeNumber(60, 86_400).default(1_800), {
      description: 'For how long such a payer is blocked, in seconds.',
      example: '1800',
    }),
    RECONCILE_AFTER_SECONDS: variable(wholeNumber(1, 3_600).default(30), {
      description: 'A vendor session that has been silent for so many seconds is fetched from Didit: lost webhooks heal by it.',
      example: '30',
    }),
  },
  [
    (config): ConfigProblem[] => tlsInProduction(config.nodeEnv, { PUBLIC_BASE_URL: config.publicBaseUrl, DIDIT_BASE_URL: config.diditBaseUrl }),
  ],
);

export type AuthSessionConfig = Loaded<typeof authSessionConfig>;
