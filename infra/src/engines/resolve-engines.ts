import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { type OwnProcess } from '../process/own-process';
import { rememberedPorts } from '../state/ports';
import { type StateFolder } from '../state/state-folder';
import { type DockerOptions, dockerAnswers, dockerEngines, removeDockerEngines } from './docker-engines';
import { type Engines, EngineUnavailable } from './engine';
import { LocalKafka } from './local-kafka';
import { LocalPostgres } from './local-postgres';
import { namedEngines } from './named-engines';
import { removePostgresData } from './postgres-files';
import { testcontainersEngines } from './testcontainers-engines';

export interface ResolveOptions {
  readonly state: StateFolder;
  /** Name of the database that the admin URL points to. */
  readonly database: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For one test run: data need not outlive it, and a quick start matters more than speed. */
  readonly disposable?: boolean;
  /** Told what goes on, one line each. */
  readonly say?: (line: string) => void;
  readonly onProcess?: (process: OwnProcess) => void;
}

/** Starts the engines that this computer can run and returns when both answer. The order is: environment, Docker, local. */
export async function startEngines(options: ResolveOptions): Promise<Engines> {
  const { DATABASE_URL: databaseUrl, KAFKA_BROKERS: brokers, ASSENT_ENGINES: wanted } = options.environment;
  if ((databaseUrl ?? '') !== '' || (brokers ?? '') !== '') return start(named(databaseUrl ?? '', brokers ?? ''));
  if (wanted !== undefined && wanted !== '' && wanted !== 'docker' && wanted !== 'local') throw new EngineUnavailable('ASSENT_ENGINES is `docker`, `local` or not set');
  if (wanted === 'docker' || (wanted !== 'local' && dockerAnswers())) {
    try {
      const docker = await dockerOptions(options);
      return await start(docker.disposable ? testcontainersEngines(docker) : dockerEngines(docker));
    } catch (error) {
      if (wanted === 'docker') throw error;
      options.say?.(`Docker answers, but its engines do not start; trying local ones. (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  return start(await local(options));
}

function named(databaseUrl: string, brokers: string): Engines {
  if (databaseUrl === '' || brokers === '') throw new EngineUnavailable('DATABASE_URL and KAFKA_BROKERS belong together: set both, or neither');
  return namedEngines(databaseUrl, brokers.split(',').map((broker) => broker.trim()));
}

async function start(engines: Engines): Promise<Engines> {
  const outcomes = await Promise.allSettled([engines.postgres.start(), engines.kafka.start()]);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed === undefined) return engines;
  await stopEngines(engines);
  throw failed.reason;
}

/** Kafka first: it needs a moment to close its files, PostgreSQL nearly none. Never throws: the rest must still be stopped. */
export async function stopEngines(engines: Engines): Promise<void> {
  await Promise.allSettled([engines.kafka.stop(), engines.postgres.stop()]);
}

async function local(options: ResolveOptions): Promise<Engines> {
  const { state, disposable, onProcess, database } = options;
  const ports = await rememberedPorts(state, ['postgres', 'kafka', 'kafka-controller']);
  const logs = state.subfolder('logs');
  const postgres = new LocalPostgres({
    state,
    database,
    port: ports.postgres,
    password: passwordOf(state),
    logFile: path.join(logs, 'postgres.log'),
    ...(onProcess === undefined ? {} : { onProcess }),
  });
  const kafka = new LocalKafka({
    state,
    brokerPort: ports.kafka,
    controllerPort: ports['kafka-controller'],
    logFile: path.join(logs, 'kafka.log'),
    quickStart: disposable ?? false,
    onFetch: () => options.say?.('Fetching Kafka with Maven (once, about 44 MB) …'),
    ...(onProcess === undefined ? {} : { onProcess }),
  });
  return { postgres, kafka };
}

async function dockerOptions({ state, database, disposable }: ResolveOptions): Promise<DockerOptions> {
  const ports = await rememberedPorts(state, ['postgres', 'kafka']);
  const project = `assent-${createHash('sha256').update(state.folder).digest('hex').slice(0, 10)}`;
  return { project, database, password: passwordOf(state), postgresPort: ports.postgres, kafkaPort: ports.kafka, disposable: disposable ?? false };
}

/** The superuser's password belongs to the data folder, so it is kept beside it. */
function passwordOf(state: StateFolder): string {
  const kept = state.read('postgres.password.json');
  if (typeof kept === 'string') return kept;
  const password = randomBytes(24).toString('base64url');
  state.write('postgres.password.json', password);
  return password;
}

/** Forgets the data of every engine that this state folder has had. They must not run. */
export async function forgetEngines(options: ResolveOptions): Promise<void> {
  if (dockerAnswers()) await removeDockerEngines(await dockerOptions(options));
  removePostgresData(options.state);
  options.state.remove('kafka');
}
