import { z } from 'zod';
import { EXAMPLE_KEY_PREFIX, notesOf } from './variable';
import { Secret } from '../secret';

/** Variables by their names in the environment. */
export type ConfigShape = Readonly<Record<string, z.ZodType>>;

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}` ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}` : Lowercase<Name>;

/** What code reads: `DATABASE_URL` of the environment is `config.databaseUrl`. */
export type ConfigOf<Shape extends ConfigShape> = { readonly [Name in keyof Shape & string as CamelCase<Name>]: z.output<Shape[Name]> };

/** One thing that is wrong, without the value: the value may be a secret. */
export interface ConfigProblem {
  readonly variable: string;
  readonly message: string;
}

/** What has a configuration: `auth-session`, … */
export interface Loadable<Config> {
  readonly service: string;
  /** @throws ConfigError naming all wrong variables at once */
  load(environment: Environment): Config;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A rule over several variables. Returns what is wrong. */
export type ConfigRule<Shape extends ConfigShape> = (config: ConfigOf<Shape>) => ConfigProblem[];

export interface ConfigDefinition<Shape extends ConfigShape = ConfigShape> extends Loadable<ConfigOf<Shape>> {
  readonly shape: Shape;
}

/** The configuration of a definition: `Loaded<typeof authSessionConfig>`. */
export type Loaded<Definition> = Definition extends ConfigDefinition<infer Shape> ? ConfigOf<Shape> : never;

/** Stops the start. Names every wrong variable and the cure, and no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(
    readonly subject: string,
    readonly problems: readonly ConfigProblem[],
  ) {
    super(`${subject} is not usable:\n${problems.map(({ variable, message }) => `  ${variable} ${message}`).join('\n')}`);
  }
}

export function defineConfig<const Shape extends ConfigShape>(service: string, shape: Shape, rules: readonly ConfigRule<Shape>[] = []): ConfigDefinition<Shape> {
  return {
    service,
    shape,
    load(environment) {
      const subject = `The configuration of ${service}`;
      const { values, problems } = readVariables(shape, environment);
      if (problems.length > 0) throw new ConfigError(subject, problems);
      const config = Object.freeze(values) as ConfigOf<Shape>;
      const broken = [...exampleKeysInProduction(shape, values), ...rules.flatMap((rule) => rule(config))];
      if (broken.length > 0) throw new ConfigError(subject, broken);
      return config;
    },
  };
}

/**
 * Reads a configuration from the environment. An empty variable counts as unset, as in `.env` files.
 * @throws ConfigError naming all wrong variables at once
 */
export function loadConfig<Config>(definition: Loadable<Config>, environment: Environment): Config {
  return definition.load(environment);
}

function readVariables(shape: ConfigShape, environment: Environment): { values: Record<string, unknown>; problems: ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(shape)) {
    const given = environment[name] === '' ? undefined : environment[name];
    const parsed = schema.safeParse(given);
    if (parsed.success) values[camelCase(name)] = parsed.data;
    else if (given === undefined) problems.push({ variable: name, message: `is missing. ${notesOf(schema).description}` });
    else problems.push({ variable: name, message: parsed.error.issues[0]?.message ?? 'is not valid' });
  }
  return { values, problems };
}

const camelCase = (name: string): string => name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The keys of `.env.example` are known to the world: with one of them in production anybody could sign approvals. */
function exampleKeysInProduction(shape: ConfigShape, values: Readonly<Record<string, unknown>>): ConfigProblem[] {
  if (values['nodeEnv'] !== 'production') return [];
  return Object.keys(shape)
    .filter((name) => isExample(values[camelCase(name)]))
    .map((variable) => ({ variable, message: 'is the published example. Make a value of your own, or set NODE_ENV to development' }));
}

function isExample(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isExample);
  if (!(value instanceof Secret)) return false;
  const revealed: unknown = value.reveal();
  return (Buffer.isBuffer(revealed) ? revealed.toString('utf8') : String(revealed)).includes(EXAMPLE_KEY_PREFIX);
}
