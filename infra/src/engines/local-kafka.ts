import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { OwnProcess, endsWithin } from '../process/own-process';
import { runProgram } from '../process/run-program';
import { waitUntil } from '../process/wait-until';
import { type StateFolder } from '../state/state-folder';
import { type KafkaEngine, EngineUnavailable } from './engine';
import { kafkaJars, requireJava } from './kafka-jars';
import { KAFKA_LOGGING, kafkaProperties } from './kafka-properties';
import { probeKafka } from './probe';

export interface LocalKafkaOptions {
  readonly state: StateFolder;
  readonly brokerPort: number;
  readonly controllerPort: number;
  readonly logFile: string;
  /** Starts faster and runs slower: for tests, never for a measurement. */
  readonly quickStart?: boolean;
  readonly onProcess?: (process: OwnProcess) => void;
  readonly onFetch?: () => void;
}

const READY_WITHIN_MS = 60_000;
const STOP_GRACE_MS = 10_000;
const HEAP = '-Xmx512m';
const QUICK_START = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** Apache Kafka itself, one node, in the state folder. Messages and offsets survive stop and start. */
export class LocalKafka implements KafkaEngine {
  readonly source = 'local';
  readonly brokers: readonly string[];
  private process: OwnProcess | null = null;

  constructor(private readonly options: LocalKafkaOptions) {
    this.brokers = [`127.0.0.1:${options.brokerPort}`];
  }

  get pid(): number | null {
    return this.process?.pid ?? null;
  }

  async start(): Promise<void> {
    const { state, brokerPort, controllerPort, logFile } = this.options;
    const jars = await kafkaJars(this.options.onFetch);
    const home = state.subfolder('kafka');
    const data = path.join(home, 'data');
    const properties = path.join(home, 'server.properties');
    const logging = path.join(home, 'log4j2.properties');
    writeFileSync(properties, kafkaProperties({ brokerPort, controllerPort, data }));
    writeFileSync(logging, KAFKA_LOGGING);
    const java = [HEAP, ...(this.options.quickStart === true ? QUICK_START : []), `-Dlog4j2.configurationFile=${logging}`, '-cp', path.join(jars, '*')];
    if (!existsSync(path.join(data, 'meta.properties'))) await format(java, properties, data);
    const started = await OwnProcess.start({
      name: 'kafka',
      command: 'java',
      args: [...java, 'kafka.Kafka', properties],
      cwd: home,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], JAVA_HOME: process.env['JAVA_HOME'] },
      logFile,
    });
    this.process = started;
    this.options.onProcess?.(started);
    await waitUntil(() => probeKafka(this.brokers), {
      what: 'Kafka',
      timeoutMs: READY_WITHIN_MS,
      intervalMs: 100,
      hopeless: () => (started.isRunning() ? null : `it ended while starting; its words are in ${path.relative(process.cwd(), logFile)}`),
    });
  }

  async stop(): Promise<void> {
    await this.process?.stop('SIGTERM', STOP_GRACE_MS);
    this.process = null;
  }

  async isAlive(): Promise<boolean> {
    if (this.process?.isRunning() !== true) return false;
    try {
      return await endsWithin(probeKafka(this.brokers), 5000);
    } catch {
      return false;
    }
  }

  exited(): Promise<unknown> | null {
    return this.process?.exited ?? null;
  }
}

/** Makes the data folder, with a cluster id of its own that stays for as long as the folder. */
async function format(java: readonly string[], properties: string, data: string): Promise<void> {
  await requireJava();
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const id = randomBytes(16);
  // An id that began with a dash would be read as an option.
  id.writeUInt8(id.readUInt8(0) & 0x7f, 0);
  const clusterId = id.toString('base64url');
  const outcome = await runProgram('java', [...java, 'kafka.tools.StorageTool', 'format', '--cluster-id', clusterId, '--config', properties]);
  if (outcome.code !== 0) throw new EngineUnavailable(`Kafka could not prepare its data folder: ${outcome.words}`);
}
