import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

/** The part of the compose format that docker-compose.yml uses. Strict: a misspelt key is an error here, where Docker would only sometimes say so. */
const service = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), target: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  restart: z.enum(['unless-stopped', 'on-failure']),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.enum(['service_healthy', 'service_completed_successfully']) })).optional(),
  environment: z.record(z.string(), z.string()),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  healthcheck: z
    .strictObject({ interval: z.string(), timeout: z.string(), retries: z.number(), start_period: z.string(), test: z.tuple([z.enum(['CMD', 'CMD-SHELL'])], z.string()) })
    .optional(),
});

const composeFile = z.object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.null()) });

export type ComposeFile = z.infer<typeof composeFile>;
export type ComposeService = z.infer<typeof service>;

/** Reads a compose file as Docker would: variables filled in from `environment`, else with their defaults. */
export function readCompose(file: string, environment: Readonly<Record<string, string>> = {}): ComposeFile {
  return composeFile.parse(filledIn(parse(readFileSync(file, 'utf8'), { merge: true }), environment));
}

/** Docker fills in after it has read the YAML: a value that looks like a number or a boolean stays the text that it is. */
function filledIn(value: unknown, environment: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return interpolate(value, environment);
  if (Array.isArray(value)) return value.map((item) => filledIn(item, environment));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filledIn(item, environment)]));
}

/** `${NAME:-default}` as the compose specification says: the default also stands in for an empty value. A variable without default must be given. */
export function interpolate(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{([A-Z_]+)(?::-([^}]*))?\}/g, (_, name: string, fallback: string | undefined) => {
    const value = environment[name] ?? '';
    if (value !== '') return value;
    if (fallback === undefined) throw new Error(`docker-compose.yml needs ${name} and gives no default`);
    return fallback;
  });
}
