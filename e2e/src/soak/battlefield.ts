import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type Engines, inWorkspace, SERVICES, StateFolder, type StackHandle, startEngines, startStack, stopEngines } from '@assent/infra';
import { FaultProxy, namingTheProxy } from '@assent/testing';
import { freePorts } from './free-ports';
import type { ProgramAtRisk, Wire } from './plan';

const HOST = '127.0.0.1';

/** Vendor calls are short here, so that what a dead process leaves open is taken up again within seconds and not minutes. */
const AUTH_SESSION = { ALLOW_SINGLE_FACTOR: 'true', DIDIT_TIMEOUT_MS: '1000', RECONCILE_AFTER_SECONDS: '5' };

/** A stack of its own on engines of its own, two replicas of every service, with a proxy on every wire. */
export class Battlefield {
  private constructor(
    readonly engines: Engines,
    readonly stack: StackHandle,
    readonly wires: Readonly<Record<Wire, FaultProxy>>,
    private readonly replicas: Readonly<Record<string, string>>,
  ) {}

  /** Begins with empty data. Everything lies in `folder`. */
  static async build(folder: string, say: (line: string) => void): Promise<Battlefield> {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o711 });
    const inherited = { PATH: process.env['PATH'], HOME: process.env['HOME'], JAVA_HOME: process.env['JAVA_HOME'] };
    const engines = await startEngines({ state: new StateFolder(path.join(folder, 'engines')), database: 'assent', environment: { ...inherited, ASSENT_ENGINES: 'local' }, say });
    process.once('exit', () => killEngines(engines));
    const { wires, database, ports } = await wiresTo(engines);
    say('engines and proxies are up');
    const stack = await startStack({
      stateDir: path.join(folder, 'stack'),
      quiet: true,
      ports: { 'didit-sandbox': ports.sandbox, 'webhook-ingest': ports.ingest },
      env: {
        'auth-session': { ...AUTH_SESSION, DIDIT_BASE_URL: `http://${HOST}:${wires.vendor.port}` },
        'didit-sandbox': { SANDBOX_WEBHOOK_URL: `http://${HOST}:${wires.webhook.port}/webhooks/didit`, SANDBOX_RETRY_DELAYS_MS: '1000,3000' },
      },
      environment: { ...inherited, DATABASE_URL: database, KAFKA_BROKERS: `${HOST}:${wires.kafka.port}` },
    });
    const replicas: Record<string, string> = {};
    for (const service of SERVICES) {
      const { label, url } = await stack.addReplica(service);
      replicas[label] = url;
    }
    return new Battlefield(engines, stack, wires, replicas);
  }

  /** Where a service answers: each of its replicas in turn. */
  urls(service: 'auth-session' | 'audit-ledger'): string[] {
    return [this.stack.stack.services[service]?.url ?? '', this.replicas[`${service}-2`] ?? ''];
  }

  get sandboxUrl(): string {
    return this.stack.stack.services['didit-sandbox']?.url ?? '';
  }

  /** The broker itself: who records must not be in the weather. */
  get brokers(): readonly string[] {
    return this.engines.kafka.brokers;
  }

  signal(program: ProgramAtRisk, signal: NodeJS.Signals): void {
    signalTo(this.stack.pidOf(program), signal);
  }

  /** Ends an engine at once. PostgreSQL's server process takes its workers along ("immediate"); the disk is left as it is. */
  killEngine(engine: 'kafka' | 'postgres'): void {
    signalTo(this.engines[engine].pid, engine === 'postgres' ? 'SIGQUIT' : 'SIGKILL');
  }

  pauseEngine(engine: 'kafka', signal: 'SIGSTOP' | 'SIGCONT'): void {
    signalTo(this.engines[engine].pid, signal);
  }

  /** Starts an engine that was killed; tries until it is there. */
  async startEngine(engine: 'kafka' | 'postgres'): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.engines[engine].exited();
        await this.engines[engine].start();
        return;
      } catch (error) {
        if (attempt === 10) throw error;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  async close(): Promise<void> {
    await this.stack.stop();
    await Promise.all(Object.values(this.wires).map((wire) => wire.close()));
    await stopEngines(this.engines);
  }
}

export const SOAK_FOLDER = inWorkspace('.assent/soak');

async function wiresTo(engines: Engines): Promise<{ wires: Record<Wire, FaultProxy>; database: string; ports: { sandbox: number; ingest: number } }> {
  const [sandbox, ingest] = await freePorts(2);
  const [brokerHost, brokerPort] = (engines.kafka.brokers[0] ?? '').split(':');
  const url = new URL(engines.postgres.adminUrl);
  const kafka: FaultProxy = await FaultProxy.listen(
    { host: brokerHost ?? HOST, port: Number(brokerPort) },
    { rewrite: namingTheProxy(brokerHost ?? HOST, Number(brokerPort), () => kafka.port) },
  );
  const postgres = await FaultProxy.listen({ host: url.hostname, port: Number(url.port) });
  const vendor = await FaultProxy.listen({ host: HOST, port: sandbox ?? 0 });
  const webhook = await FaultProxy.listen({ host: HOST, port: ingest ?? 0 });
  url.port = String(postgres.port);
  return { wires: { kafka, postgres, vendor, webhook }, database: url.href, ports: { sandbox: sandbox ?? 0, ingest: ingest ?? 0 } };
}

function signalTo(pid: number | null, signal: NodeJS.Signals): void {
  if (pid === null || pid === 0) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself in this moment, which is as good.
  }
}

function killEngines(engines: Engines): void {
  for (const engine of [engines.kafka, engines.postgres]) signalTo(engine.pid, 'SIGKILL');
}
