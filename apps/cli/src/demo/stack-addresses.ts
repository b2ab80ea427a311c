import { readFileSync } from 'node:fs';
import { z } from 'zod';

const service = z.object({ url: z.url() });

/** The part of `.assent/stack.json` that a client needs. */
const stackFile = z.object({
  kafka: z.object({ brokers: z.array(z.string()).min(1) }),
  services: z.object({ 'auth-session': service, 'audit-ledger': service, 'didit-sandbox': service }),
  gateway: z.object({ id: z.string(), apiKey: z.string() }),
});

export type StackAddresses = z.infer<typeof stackFile>;

/** @throws with a hint where no stack runs, or one that talks to the real vendor, whose hosted check only a person can pass */
export function readStack(file: string): StackAddresses {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Error(`no stack is running (${file} is not there): start one with npm start`);
  }
  const parsed = stackFile.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new Error(`this stack cannot show the demonstration: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`);
}
