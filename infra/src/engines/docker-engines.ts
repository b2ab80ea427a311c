import { spawnSync } from 'node:child_process';
import { runProgram } from '../process/run-program';
import { inWorkspace } from '../workspace';
import { type Engines, EngineUnavailable, type KafkaEngine, type PostgresEngine } from './engine';
import { probeKafka, probePostgres } from './probe';

export interface DockerOptions {
  /** Name of the compose project: one per state folder, so that two clones never share a volume. */
  readonly project: string;
  readonly postgresPort: number;
  readonly kafkaPort: number;
  readonly password: string;
  readonly database: string;
  /** Volumes go with the containers: for test runs. */
  readonly disposable: boolean;
}

/** Whether a Docker engine answers and has compose. */
export function dockerAnswers(): boolean {
  const answers = (args: string[]): boolean => spawnSync('docker', args, { stdio: 'ignore', timeout: 10_000 }).status === 0;
  return answers(['version', '--format', '{{.Server.Version}}']) && answers(['compose', 'version']);
}

/** The two engines of docker-compose.yml, published on loopback. Docker restarts them; their data lies in the project's volumes. */
export function dockerEngines(options: DockerOptions): Engines {
  const adminUrl = `postgres://postgres:${options.password}@127.0.0.1:${options.postgresPort}/${options.database}`;
  return { postgres: new ComposePostgres(options, adminUrl), kafka: new ComposeKafka(options, [`127.0.0.1:${options.kafkaPort}`]) };
}

/** Forgets what the project's volumes hold. */
export const removeDockerEngines = (options: DockerOptions): Promise<void> => compose(options, ['down', '--volumes', '--timeout', '10']);

abstract class ComposeEngine {
  readonly source = 'docker';
  readonly pid = null;
  protected abstract readonly service: string;

  protected constructor(protected readonly options: DockerOptions) {}

  protected abstract probe(): Promise<void>;

  start(): Promise<void> {
    return compose(this.options, ['up', '--detach', '--wait', this.service]);
  }

  stop(): Promise<void> {
    return compose(this.options, this.options.disposable ? ['rm', '--stop', '--force', '--volumes', this.service] : ['stop', '--timeout', '10', this.service]);
  }

  async isAlive(): Promise<boolean> {
    try {
      await this.probe();
      return true;
    } catch {
      return false;
    }
  }

  exited(): null {
    return null;
  }
}

class ComposePostgres extends ComposeEngine implements PostgresEngine {
  protected readonly service = 'postgres';

  constructor(
    options: DockerOptions,
    readonly adminUrl: string,
  ) {
    super(options);
  }

  protected async probe(): Promise<void> {
    const url = new URL(this.adminUrl);
    url.pathname = '/postgres';
    await probePostgres(url.toString());
  }
}

class ComposeKafka extends ComposeEngine implements KafkaEngine {
  protected readonly service = 'kafka';

  constructor(
    options: DockerOptions,
    readonly brokers: readonly string[],
  ) {
    super(options);
  }

  protected async probe(): Promise<void> {
    await probeKafka(this.brokers);
  }
}

/** What docker-compose.yml leaves open. */
export const composeEnvironment = (options: DockerOptions): Record<string, string> => ({
  POSTGRES_PORT: String(options.postgresPort),
  KAFKA_PORT: String(options.kafkaPort),
  POSTGRES_PASSWORD: options.password,
});

/** Runs `docker compose`. */
async function compose(options: DockerOptions, args: readonly string[]): Promise<void> {
  const env = { ...process.env, ...composeEnvironment(options) };
  const files = ['--project-name', options.project, '--file', inWorkspace('docker-compose.yml')];
  const { code, words } = await runProgram('docker', ['compose', ...files, ...args], { cwd: inWorkspace(), env });
  if (code !== 0) throw new EngineUnavailable(`docker compose ${args[0] ?? ''} failed:\n${words}`);
}
