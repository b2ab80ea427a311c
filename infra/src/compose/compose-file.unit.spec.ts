import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { GatewayRegistry, SERVICE_CONFIGS, loadConfig } from '@assent/platform';
import { kafkaProperties } from '../engines/kafka-properties';
import { kafkaVersion } from '../engines/kafka-jars';
import { prepareConfig } from '../prepare/prepare-config';
import { PROGRAMS } from '../services';
import { inWorkspace } from '../workspace';
import { interpolate, readCompose } from './compose-file';

const sourceOf = (compiled: string): string => inWorkspace(compiled.replace(/^dist\//, '').replace(/\.js$/, '.ts'));
const FILE = inWorkspace('docker-compose.yml');

describe('docker-compose.yml', () => {
  const compose = readCompose(FILE);
  const services = Object.entries(compose.services);
  const dockerfile = readFileSync(inWorkspace('Dockerfile'), 'utf8');

  it('has the engines, the job that prepares them, and every program', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['kafka', 'postgres', 'prepare', ...PROGRAMS].sort());
  });

  it.each([...SERVICE_CONFIGS])('gives $service a whole and right configuration, and nothing that it does not read', (definition) => {
    const environment = compose.services[definition.service]?.environment ?? {};
    expect(() => loadConfig(definition as Parameters<typeof loadConfig>[0], environment)).not.toThrow();
    expect(Object.keys(environment).filter((name) => !(name in definition.shape))).toEqual([]);
  });

  it('gives the preparing job a whole and right configuration', () => {
    expect(() => loadConfig(prepareConfig, compose.services['prepare']?.environment ?? {})).not.toThrow();
  });

  it('given NODE_ENV=production and nothing else, every service refuses the example keys', () => {
    const production = readCompose(FILE, { ASSENT_NODE_ENV: 'production' });
    for (const definition of SERVICE_CONFIGS.filter(({ shape }) => 'SUBJECT_REF_KEY' in shape)) {
      expect(() => loadConfig(definition as Parameters<typeof loadConfig>[0], production.services[definition.service]?.environment ?? {})).toThrow('SUBJECT_REF_KEY');
    }
  });

  it('lets a service log in with exactly the password that the preparing job gives its role', () => {
    const passwords = compose.services['prepare']?.environment ?? {};
    for (const definition of SERVICE_CONFIGS.filter(({ shape }) => 'DATABASE_URL' in shape)) {
      const url = new URL(compose.services[definition.service]?.environment['DATABASE_URL'] ?? '');
      const schema = definition.service.replaceAll('-', '_');
      expect([url.username, url.password]).toEqual([`assent_${schema}`, passwords[`ROLE_PASSWORD_${schema.toUpperCase()}`]]);
    }
  });

  it('depends only on what exists, and in no circle', () => {
    const visit = (name: string, path: readonly string[]): void => {
      expect(path).not.toContain(name);
      expect(Object.keys(compose.services)).toContain(name);
      for (const next of Object.keys(compose.services[name]?.depends_on ?? {})) visit(next, [...path, name]);
    };
    for (const [name] of services) visit(name, []);
  });

  it('waits for the health of a service only where it has a health check, and for the end only of what ends', () => {
    for (const [, { depends_on: dependsOn }] of services) {
      for (const [target, { condition }] of Object.entries(dependsOn ?? {})) {
        if (condition === 'service_healthy') expect(compose.services[target]?.healthcheck).toBeDefined();
        else expect(compose.services[target]?.restart).toBe('on-failure');
      }
    }
  });

  it('checks the health of everything that stays up, at the port that it listens to', () => {
    for (const [name, { healthcheck, restart, environment }] of services) {
      if (restart !== 'unless-stopped') continue;
      expect([name, healthcheck]).not.toEqual([name, undefined]);
      if (environment['HTTP_PORT'] !== undefined) expect(healthcheck?.test.join(' ')).toContain(`http://127.0.0.1:${environment['HTTP_PORT']}/health/ready`);
    }
  });

  it('publishes ports on loopback only, none twice, each to the port that is listened to', () => {
    const published = services.flatMap(([, { ports }]) => ports ?? []);
    expect(new Set(published.map((port) => port.split(':')[1])).size).toBe(published.length);
    for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    for (const [, { ports, environment }] of services) {
      if (environment['HTTP_PORT'] !== undefined) expect(ports).toEqual([`127.0.0.1:${environment['HTTP_PORT']}:${environment['HTTP_PORT']}`]);
    }
  });

  it('builds from stages that the Dockerfile has, runs files that the build makes, and mounts files that exist', () => {
    for (const [, { build, command, volumes }] of services) {
      if (build !== undefined) expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${build.target}$`, 'm'));
      const programs = build === undefined ? [] : (command ?? []);
      for (const program of programs) expect([program, existsSync(sourceOf(program))]).toEqual([program, true]);
      for (const volume of volumes ?? []) {
        const source = volume.split(':')[0] ?? '';
        if (source.startsWith('./')) expect(existsSync(inWorkspace(source))).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
    }
    expect(GatewayRegistry.load(inWorkspace('infra/compose/gateways.json')).topology).toEqual({ kafkaGateways: ['demo'] });
  });

  it('runs programs as a user who is not root', () => {
    const stages = dockerfile.split(/^FROM /m).filter((stage) => /AS (service|prepare)\n/.test(stage));
    expect(stages).toHaveLength(2);
    for (const stage of stages) expect(stage).toMatch(/^USER node$/m);
  });

  it('runs the same Kafka, with the same settings, as the local broker', () => {
    const kafka = compose.services['kafka'];
    expect(kafka?.image).toBe(`apache/kafka:${kafkaVersion()}`);
    const ofItsOwn = /^(node\.|process\.|controller\.|listeners$|advertised\.|listener\.|log\.dirs)/;
    const local = kafkaProperties({ brokerPort: 1, controllerPort: 2, data: 'data' }).trim().split('\n').map((line) => line.split('=') as [string, string]);
    for (const [name, value] of local.filter(([property]) => !ofItsOwn.test(property))) {
      expect([name, kafka?.environment[`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`]]).toEqual([name, value]);
    }
  });

  it('is accepted by docker compose, where that is installed', () => {
    if (spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status !== 0) return;
    const outcome = spawnSync('docker', ['compose', '--file', FILE, 'config', '--quiet'], { encoding: 'utf8' });
    expect([outcome.status, outcome.stderr]).toEqual([0, '']);
  });

  it('given a variable without default that is not set, is refused', () => {
    expect(() => interpolate('a: ${NOT_SET}', {})).toThrow('NOT_SET');
    expect(interpolate('a: ${SET:-b}', { SET: '' })).toBe('a: b');
  });
});
