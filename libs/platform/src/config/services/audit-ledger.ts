import { defineConfig, type Loaded } from '../define-config';
import { exampleKey, serviceConfig, subjectConfig } from '../shared';
import { secretKey, secretBytes, text, variable, wholeNumber } from '../variable';

const SERVICE = 'audit-ledger';
const SEED_BYTES = 32;
const PKCS8_BYTES = 48;

/** Everything that audit-ledger reads from its environment. */
export const auditLedgerConfig = defineConfig(SERVICE, {
  ...serviceConfig(SERVICE, 3004),
  ...subjectConfig,
  LEDGER_LOG_ID: variable(text(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must have 1 to 63 of a-z 0-9 -').default('main'), {
    description: 'Id of the log: key of the audit topics and part of their URLs. A log keeps its id for ever.',
    example: 'main',
  }),
  LEDGER_ORIGIN: variable(text(/^[^\s+\p{Cc}]{1,200}$/u, 'must have 1 to 200 characters, none of them a blank or +'), {
    description: 'Origin line of the checkpoints (C2SP): a name under a domain of yours. Witnesses know the log by it, so it never changes.',
    example: 'localhost/assent/main',
  }),
  LEDGER_SIGNING_KEY: variable(
    secretBytes(SEED_BYTES, PKCS8_BYTES, 'must be an Ed25519 key in base64: 32 bytes of seed, or PKCS#8 (openssl genpkey -algorithm ed25519 -outform DER | base64)').refine(
      (key) => [SEED_BYTES, PKCS8_BYTES].includes(key.reveal().length),
      { error: 'must be an Ed25519 key in base64: 32 bytes of seed, or 48 bytes of PKCS#8' },
    ),
    {
      description: 'Signs checkpoints: Ed25519 in base64, a seed of 32 bytes or PKCS#8. Keep a copy away from the database host.',
      example: exampleKey('ledger-signing'),
    },
  ),
  LEDGER_ENCRYPTION_KEY: variable(secretKey(32), {
    description: "Encrypts the subjects' keys, and through them the recorded bytes: 32 bytes in base64. Losing it is erasing everything.",
    example: exampleKey('ledger-subjects'),
  }),
  CHECKPOINT_INTERVAL_MS: variable(wholeNumber(100, 60_000).default(10_000), {
    description: 'Longest time from a leaf to a signed checkpoint that covers it, in milliseconds.',
    example: '10000',
  }),
  CHECKPOINT_LEAVES: variable(wholeNumber(1, 1_000_000).default(1_000), {
    description: 'A checkpoint is made at the latest after so many leaves.',
    example: '1000',
  }),
});

export type AuditLedgerConfig = Loaded<typeof auditLedgerConfig>;
