import path from 'node:path';
import { type Engines } from '../engines/engine';
import { startEngines, stopEngines } from '../engines/resolve-engines';
import { migrate } from '../migrate/migrate';
import { PROGRAMS, type ProgramName, SERVICES, type ServiceName } from '../services';
import { freePort, rememberedPorts } from '../state/ports';
import { ProcessRecord } from '../state/process-record';
import { StateFolder } from '../state/state-folder';
import { createContractTopics } from '../topics/create-topics';
import { DEMO_GATEWAY, type LocalGateway, demoGateway, writeGatewaysFile } from './gateways-file';
import { Progress } from './progress';
import { stackEnvironment, urlOf } from './service-environment';
import { type StackFile, removeStackFile, writeStackFile } from './stack-file';
import { type StackSecrets, stackSecrets } from './stack-secrets';
import { SupervisedEngine } from './supervised-engine';
import { SupervisedProgram } from './supervised-program';
import { type VendorAccount, vendorAccount } from './vendor-account';

const DATABASE = 'assent';

export interface StackOptions {
  /** Where everything lies. Default: `.assent` in the workspace. */
  readonly stateDir?: string;
  /** Says nothing while it starts. */
  readonly quiet?: boolean;
  /** Put over the environment of single programs. */
  readonly env?: Readonly<Partial<Record<ProgramName, Readonly<Record<string, string>>>>>;
  /** Beside the demonstration's gateway. */
  readonly gateways?: readonly LocalGateway[];
  /** Ports of single programs instead of remembered free ones. */
  readonly ports?: Readonly<Partial<Record<ProgramName, number>>>;
  /** Names engines and the vendor's account (DATABASE_URL, KAFKA_BROKERS, DIDIT_…). Default: the process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Engines, tables, topics and programs on this computer, started in order, kept alive, stopped in reverse order. */
export class Stack {
  readonly state: StateFolder;
  readonly account: VendorAccount | null;
  private readonly progress: Progress;
  private readonly environment: Readonly<Record<string, string | undefined>>;
  private readonly programs = new Map<string, SupervisedProgram>();
  private engines: Engines | null = null;
  private watches: SupervisedEngine[] = [];
  private record: ProcessRecord | null = null;
  private secrets: StackSecrets | null = null;
  private environments: Readonly<Record<ProgramName, Readonly<Record<string, string>>>> | null = null;
  private ready = false;
  private stopping: Promise<void> | null = null;

  constructor(private readonly options: StackOptions = {}) {
    this.state = new StateFolder(options.stateDir);
    this.environment = options.environment ?? process.env;
    this.account = vendorAccount(this.environment);
    this.progress = new Progress(process.stderr, options.quiet);
  }

  /** What runs: all programs, or all but the stand-in where the real vendor is used. */
  get programNames(): readonly ProgramName[] {
    return this.account === null ? PROGRAMS : SERVICES;
  }

  /** @throws StateFolderTaken where another stack uses the folder; anything else that fails is stopped again before it is thrown */
  async start(): Promise<void> {
    this.record = await ProcessRecord.take(this.state);
    removeStackFile(this.state);
    try {
      await this.bringUp();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  private async bringUp(): Promise<void> {
    const secrets = (this.secrets = stackSecrets(this.state));
    const engines = (this.engines = await this.startEngines());
    const { file, registry } = writeGatewaysFile(this.state, [demoGateway(secrets.gatewayApiKey), ...(this.options.gateways ?? [])]);
    await Promise.all([this.migrate(engines, secrets), this.createTopics(engines, registry.topology)]);
    const ports = { ...(await rememberedPorts(this.state, PROGRAMS)), ...this.options.ports };
    this.environments = stackEnvironment({ engines, secrets, ports, gatewaysFile: file, account: this.account, environment: this.environment });
    for (const name of this.programNames) this.addProgram(name, name, urlOf(ports[name]), {});
    await Promise.all([...this.programs.values()].map((program) => this.progress.step(program.label, () => program.start(), () => program.url)));
    this.watches = [new SupervisedEngine(engines.postgres, this.say, 'PostgreSQL'), new SupervisedEngine(engines.kafka, this.say, 'Kafka')];
    this.ready = true;
    this.writeFile();
  }

  private readonly say = (line: string): void => this.progress.say(line);

  private startEngines(): Promise<Engines> {
    const start = (): Promise<Engines> =>
      startEngines({
        state: this.state,
        database: DATABASE,
        environment: this.environment,
        say: this.say,
        onProcess: (child) => {
          this.record?.note(child);
          this.writeFile();
        },
      });
    return this.progress.step('PostgreSQL and Kafka', start, ({ postgres, kafka }) => `${postgres.source}, ${kafka.brokers.join(', ')}`);
  }

  private async migrate(engines: Engines, secrets: StackSecrets): Promise<void> {
    const passwords = Object.fromEntries(SERVICES.map((service) => [service, secrets[`database:${service}`]])) as Record<ServiceName, string>;
    await this.progress.step('tables', () => migrate({ adminUrl: engines.postgres.adminUrl, passwords }), ({ applied }) => counted(Object.values(applied).flat().length, 'migration'));
  }

  private async createTopics(engines: Engines, topology: Parameters<typeof createContractTopics>[1]): Promise<void> {
    const report = await this.progress.step('topics', () => createContractTopics(engines.kafka.brokers, topology), ({ created }) => `${created.length} created`);
    for (const { topic, setting, expected, found } of report.differences) this.say(`  ${topic}: ${setting} is ${found}, the contract says ${expected}`);
  }

  private addProgram(name: ProgramName, label: string, url: string, environment: Readonly<Record<string, string>>): SupervisedProgram {
    if (this.environments === null) throw new Error('programs are added to a started stack');
    const program = new SupervisedProgram({
      name,
      label,
      url,
      environment: { ...this.environments[name], ...this.options.env?.[name], ...environment },
      logFile: path.join(this.state.subfolder('logs'), `${label}.log`),
      onProcess: (child) => {
        this.record?.note(child);
        this.writeFile();
      },
    });
    this.programs.set(label, program);
    return program;
  }

  /** One more process of a service, on a port of its own: replicas share the work. Returns its label and URL. */
  async addReplica(name: ServiceName, environment: Readonly<Record<string, string>> = {}): Promise<{ label: string; url: string }> {
    const port = await freePort();
    const replicas = [...this.programs.keys()].filter((label) => label.startsWith(`${name}-`)).length;
    const program = this.addProgram(name, `${name}-${replicas + 2}`, urlOf(port), { HTTP_PORT: String(port), ...environment });
    await program.start();
    return { label: program.label, url: program.url };
  }

  /** By name, or by a replica's label. */
  program(label: string): SupervisedProgram {
    const program = this.programs.get(label);
    if (program === undefined) throw new Error(`the stack has no ${label}`);
    return program;
  }

  get running(): Engines {
    if (this.engines === null) throw new Error('the stack is not started');
    return this.engines;
  }

  /** What stack.json says. */
  describe(): StackFile {
    const { postgres, kafka } = this.running;
    const services = this.programNames.map((name) => [name, { url: this.program(name).url, pid: this.program(name).pid ?? 0 }]);
    return {
      kafka: { brokers: kafka.brokers },
      postgres: { url: postgres.adminUrl },
      services: Object.fromEntries(services) as StackFile['services'],
      gateway: { id: DEMO_GATEWAY, apiKey: this.secrets?.gatewayApiKey ?? '' },
      engines: { kafka: { pid: kafka.pid }, postgres: { pid: postgres.pid } },
    };
  }

  private writeFile(): void {
    if (this.ready && this.stopping === null) writeStackFile(this.state, this.describe());
  }

  /** Programs first, all at once, then the engines under them. The second call waits for the first. */
  stop(): Promise<void> {
    this.stopping ??= this.bringDown();
    return this.stopping;
  }

  private async bringDown(): Promise<void> {
    // Whoever was refused the folder has nothing to stop, and another's file is not his to remove.
    if (this.record === null) return;
    removeStackFile(this.state);
    await Promise.all(this.watches.map((watch) => watch.release()));
    await Promise.allSettled([...this.programs.values()].map((program) => program.stop()));
    if (this.engines !== null) await stopEngines(this.engines);
    this.record.killAll();
    this.record.release();
  }

  /** For the last moment before this process ends without having stopped: nothing is awaited. */
  abandon(): void {
    if (this.record === null) return;
    removeStackFile(this.state);
    this.record.killAll();
  }
}

const counted = (count: number, what: string): string => (count === 0 ? 'up to date' : `${count} ${what}${count === 1 ? '' : 's'}`);
