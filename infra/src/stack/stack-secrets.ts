import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { SERVICES } from '../services';
import { type StateFolder } from '../state/state-folder';

const SECRETS_FILE = 'secrets.json';
const key32 = (): string => randomBytes(32).toString('base64');
const word = (): string => randomBytes(24).toString('base64url');

/** Everything secret that a local stack needs, each made once by chance. Losing the file means losing what it encrypts, so it stays until `npm run reset`. */
const makers = {
  ...(Object.fromEntries(SERVICES.map((service) => [`database:${service}`, word])) as Record<`database:${(typeof SERVICES)[number]}`, () => string>),
  subjectRefKey: key32,
  approvalTokenSecret: key32,
  codeKeyEncryptionKey: key32,
  portraitEncryptionKey: key32,
  ledgerSigningKey: key32,
  ledgerEncryptionKey: key32,
  gatewayApiKey: () => `assent_demo_${word()}`,
  sandboxApiKey: word,
  sandboxWebhookSecret: word,
  sandboxApplicationId: () => randomUUID(),
  sandboxWorkflowId: () => randomUUID(),
} satisfies Record<string, () => string>;

export type StackSecrets = Readonly<Record<keyof typeof makers, string>>;

/** Reads the secrets of this state folder and makes those that are missing: a newer version of Assent may need more. */
export function stackSecrets(state: StateFolder): StackSecrets {
  const parsed = z.record(z.string(), z.string().min(1)).safeParse(state.read(SECRETS_FILE));
  const kept = parsed.success ? parsed.data : {};
  const secrets = Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, kept[name] ?? make()])) as StackSecrets;
  state.write(SECRETS_FILE, secrets);
  return secrets;
}
