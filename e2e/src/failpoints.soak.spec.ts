import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FAILPOINTS_VARIABLE } from '@assent/platform';
import { inWorkspace, type StackHandle } from '@assent/infra';
import { newId, payment, paymentOf, TestGateway } from './gateway';
import { runningStack } from './running-stack';
import { Sandbox, type SandboxSession } from './sandbox';
import { check } from './soak/checker';
import type { Redeemed, SentRequest } from './soak/history';
import { persistently } from './soak/persistent';
import { Recorder } from './soak/recorder';
import { shuffled } from './soak/dice';
import { approveStubbornly } from './soak/stubborn-payer';
import { waitFor } from './wait-for';

const SEED = 20_261_124;

const moments = (step: string, ...names: string[]): string[] => names.map((name) => `${step}.${name}`);
const handled = (topic: string): string[] => moments(topic, 'before-handler', 'before-commit', 'after-commit');
const RELAY = moments('relay', 'before-publish', 'after-ack', 'after-removal');
const OFFSETS = moments('offsets', 'before-commit', 'after-commit');
const committed = (step: string): string[] => moments(step, 'before-commit', 'after-commit');
const called = (operation: string): string[] => moments(`vendor-${operation}`, 'before-call', 'after-answer');

/** Where each service is ended. Every name is checked to have been reached: one that nobody reaches proves nothing. */
const POINTS = {
  'auth-session': [
    ...['request', 'page', 'confirmation', 'session-opening', 'decision', 'redemption', 'expiry'].flatMap(committed),
    ...['create', 'decision'].flatMap(called),
    ...['sca.decided', 'didit.event'].flatMap(handled),
    ...RELAY,
    ...OFFSETS,
  ],
  'exemption-engine': [...['sca.requested', 'sca.verdict'].flatMap(handled), ...RELAY, ...OFFSETS],
  'webhook-ingest': [...moments('webhook', 'received', 'before-answer'), ...committed('receipt'), ...RELAY],
  'audit-ledger': [...['sca.requested', 'sca.verdict', 'sca.evidence'].flatMap(handled), ...committed('checkpoint'), ...RELAY, ...OFFSETS],
} as const;
type Service = keyof typeof POINTS;
const SERVICES = Object.keys(POINTS) as Service[];

const folder = inWorkspace('.assent/failpoints');
let stack: StackHandle;
let gateway: TestGateway;
let sandbox: Sandbox;
let recorder: Recorder;
const accepted: SentRequest[] = [];
const redeemed: Redeemed[] = [];
const vendorSessions: SandboxSession[] = [];

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const armed = { [FAILPOINTS_VARIABLE]: folder };
  stack = await runningStack({
    env: {
      'auth-session': { ...armed, DIDIT_TIMEOUT_MS: '500', RECONCILE_AFTER_SECONDS: '3' },
      'exemption-engine': armed,
      'webhook-ingest': armed,
      'audit-ledger': armed,
      'didit-sandbox': { SANDBOX_RETRY_DELAYS_MS: '500,1000' },
    },
  });
  gateway = await TestGateway.open(() => stack.stack);
  sandbox = new Sandbox(() => stack.stack);
  await sandbox.calm();
  recorder = await Recorder.open(stack.stack.kafka.brokers, { fromBeginning: false });
}, 180_000);
afterAll(async () => {
  await recorder.close();
  await gateway.close();
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const arm = (service: Service, point: string): void => writeFileSync(path.join(folder, `${service}.${point}`), '');
const isArmed = (service: Service, point: string): boolean => existsSync(path.join(folder, `${service}.${point}`));

async function exempt(): Promise<void> {
  const body = payment(paymentOf('2.00'));
  const authenticationId = String(body['authenticationId']);
  const messageId = await gateway.publish(body);
  accepted.push({ authenticationId, messageId, allowed: ['EXEMPT'], amount: '2.00' });
  await verdict(authenticationId);
}

/** A payer who never comes: the request ends by its time. */
async function expired(): Promise<void> {
  const body = payment({ timeToLiveSeconds: 30 });
  const authenticationId = String(body['authenticationId']);
  const messageId = await gateway.publish(body);
  accepted.push({ authenticationId, messageId, allowed: ['EXPIRED'], amount: '247.50' });
  await verdict(authenticationId, 90_000);
}

async function approved(): Promise<void> {
  const payer = { id: newId('payer') };
  const body = payment({}, payer);
  const authenticationId = String(body['authenticationId']);
  const idempotencyKey = randomUUID();
  await persistently('the request', async () => {
    const { status } = await gateway.request(body, idempotencyKey);
    if (status !== 202) throw new Error(`answered ${status}`);
  });
  accepted.push({ authenticationId, messageId: null, allowed: ['APPROVED'], amount: '247.50' });
  await approveStubbornly(authenticationId, { recorder, finish: (id) => sandbox.finish(id), pauseMs: 150, giveUpMs: 90_000 });
  const answer = await verdict(authenticationId);
  const redemptionId = randomUUID();
  await persistently('the redemption', async () => {
    const { status, body: problem } = await gateway.redeem(authenticationId, String(answer['authenticationCode']), { redemptionId });
    if (status !== 200) throw new Error(`answered ${status} ${String(problem['code'])}`);
  });
  redeemed.push({ authenticationId, redemptionId });
  vendorSessions.push(...(await sandbox.sessions(`demo/${payer.id}`)));
}

const verdict = (authenticationId: string, timeoutMs = 90_000): Promise<Readonly<Record<string, unknown>>> =>
  waitFor(`the verdict of ${authenticationId}`, () => recorder.verdictOf(authenticationId), timeoutMs);

/** Traffic of every kind until each armed point has ended its process, and then until every answer is there. */
async function until(points: readonly (readonly [Service, string])[]): Promise<void> {
  const deadline = Date.now() + 90_000;
  do await Promise.all([exempt(), approved()]);
  while (points.some(([service, point]) => isArmed(service, point)) && Date.now() < deadline);
  expect(points.filter(([service, point]) => isArmed(service, point))).toEqual([]);
}

/** How many points of a service one round uses, one death after the other: so that all of them are through at about the same time. */
const DEATHS: Readonly<Record<Service, number>> = { 'auth-session': 2, 'exemption-engine': 1, 'webhook-ingest': 1, 'audit-ledger': 1 };

/** Rounds in which every point is used once, in company that the seed chooses. */
function rounds(): (readonly [Service, string])[][] {
  const left = SERVICES.map((service) => ({ service, points: shuffled(SEED, POINTS[service]).filter((point) => !point.startsWith('expiry')) }));
  const all: (readonly [Service, string])[][] = [];
  while (left.some(({ points }) => points.length > 0)) {
    all.push(left.flatMap(({ service, points }) => points.splice(0, DEATHS[service]).map((point) => [service, point] as const)));
  }
  return all;
}

async function recorded(): Promise<void> {
  await waitFor(
    'every verdict to be in the log',
    () => recorder.messages.filter(({ topic }) => topic === 'sca.verdict' || topic === 'sca.redeemed').every(({ source, id }) => recorder.hasLeaf(source, id)),
    60_000,
  );
}

describe('a process that ends anywhere', () => {
  it('has at least 25 places to end', () => {
    expect(SERVICES.flatMap((service) => POINTS[service]).length).toBeGreaterThanOrEqual(25);
  });

  it.each(rounds().map((points) => [points.map(([service, point]) => `${service}.${point}`).join(' + '), points] as const))('%s: every request has its one verdict', async (_name, points) => {
    const before = accepted.length;
    for (const [service, point] of points) arm(service, point);
    await until(points);
    expect(accepted.length).toBeGreaterThan(before);
  }, 240_000);

  it('as a request runs out of time: it is answered EXPIRED, once', async () => {
    const points = POINTS['auth-session'].filter((name) => name.startsWith('expiry'));
    for (const point of points) arm('auth-session', point);
    await Promise.all([expired(), expired()]);
    expect(points.filter((point) => isArmed('auth-session', point))).toEqual([]);
  }, 240_000);

  it('and the history of all that, seen from outside, breaks no promise', async () => {
    await recorded();
    expect(check({ gatewayId: 'demo', accepted, refused: [], messages: recorder.messages, redeemed, vendorSessions, wholeLog: false })).toEqual([]);
    const reached = readdirSync(path.join(folder, 'reached'));
    expect(SERVICES.flatMap((service) => POINTS[service].map((point) => `${service}.${point}`)).filter((name) => !reached.includes(name))).toEqual([]);
  }, 120_000);
});
