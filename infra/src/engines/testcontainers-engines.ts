import type { StartedDockerComposeEnvironment } from 'testcontainers';
import { inWorkspace } from '../workspace';
import { composeEnvironment, type DockerOptions } from './docker-engines';
import type { Engine, Engines } from './engine';
import { probeKafka, probePostgres } from './probe';

/**
 * The two engines of docker-compose.yml for one test run, in the hands of testcontainers: its reaper takes them away even where the run
 * is killed. Loaded only where it is used, since it brings a Docker client with it.
 */
export function testcontainersEngines(options: DockerOptions): Engines {
  const run = new ComposeRun(options);
  const adminUrl = `postgres://postgres:${options.password}@127.0.0.1:${options.postgresPort}/${options.database}`;
  const brokers = [`127.0.0.1:${options.kafkaPort}`];
  const serverUrl = new URL(adminUrl);
  serverUrl.pathname = '/postgres';
  return { postgres: { ...engineOf(run, () => probePostgres(serverUrl.toString())), adminUrl }, kafka: { ...engineOf(run, () => probeKafka(brokers)), brokers } };
}

const engineOf = (run: ComposeRun, probe: () => Promise<void>): Engine => ({
  source: 'docker',
  pid: null,
  start: () => run.up(),
  stop: () => run.down(),
  isAlive: () => probe().then(() => true, () => false),
  exited: () => null,
});

/** Both engines are one compose project: the first to start starts it, the first to stop ends it. */
class ComposeRun {
  private running: Promise<StartedDockerComposeEnvironment> | null = null;

  constructor(private readonly options: DockerOptions) {}

  async up(): Promise<void> {
    this.running ??= this.compose();
    await this.running;
  }

  async down(): Promise<void> {
    const running = this.running;
    this.running = null;
    await (await running)?.down({ removeVolumes: true });
  }

  private async compose(): Promise<StartedDockerComposeEnvironment> {
    const { DockerComposeEnvironment, Wait } = await import('testcontainers');
    return new DockerComposeEnvironment(inWorkspace(), 'docker-compose.yml')
      .withProjectName(this.options.project)
      .withEnvironment(composeEnvironment(this.options))
      .withDefaultWaitStrategy(Wait.forHealthCheck())
      .up(['postgres', 'kafka']);
  }
}
