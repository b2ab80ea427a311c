import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../wait-for';
import { Battlefield, SOAK_FOLDER } from './battlefield';
import { check } from './checker';
import { Dice } from './dice';
import { Driver } from './driver';
import type { Finding } from './finding';
import type { History, VendorSession } from './history';
import { Nemesis, putSandbox } from './nemesis';
import { type PlannedRequest, planOf } from './plan';
import { SoakProgress } from './soak-progress';
import { Recorder } from './recorder';
import { SoakGateway } from './soak-gateway';

export interface SoakOptions {
  readonly seed: number;
  readonly requests: number;
  readonly faults: number;
  /** Requests begun in a second. */
  readonly perSecond: number;
  /** Told what goes on, one line each. */
  readonly say: (line: string) => void;
}

export interface SoakReport {
  readonly seed: number;
  readonly requests: number;
  readonly faults: number;
  readonly seconds: number;
  /** Verdicts by outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Requests that ran out of time though their payer came: allowed in bad weather, and few. */
  readonly outOfTime: number;
  readonly redeemed: number;
  readonly deadLetters: number;
  readonly leaves: number;
  readonly messages: number;
  /** From the healing of the last fault to the answer of the slowest of the requests sent then. */
  readonly recoveredInMs: number;
  readonly findings: readonly Finding[];
  /** What kept the driver from playing a request to its end. */
  readonly failures: readonly string[];
}

const CALM_REQUESTS = 20;
const RECORDED_WITHIN_MS = 120_000;

/** One run: a stack of its own, traffic and faults from one seed, then a calm in which everything must be answered, then the check. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const began = Date.now();
  const plan = planOf(options.seed, options);
  const field = await Battlefield.build(SOAK_FOLDER, options.say);
  try {
    const recorder = await Recorder.open(field.brokers, { fromBeginning: true });
    const gateway = await SoakGateway.open(field);
    await putSandbox(field, '/sandbox/defaults', { scenario: 'manual', webhooks: 'deliver', rateLimit: false });
    const driver = new Driver(field, gateway, recorder);
    const nemesis = new Nemesis(field, new Dice(options.seed + 1));
    const progress = new SoakProgress(options, { answered: () => driver.answered, faults: () => nemesis.count, current: () => nemesis.current });
    options.say(`the stack is up after ${Math.round((Date.now() - began) / 1000)} s; ${plan.requests.length} requests, ${plan.faults.length} faults, seed ${options.seed}`);

    const spacingMs = (1000 * plan.requests.length) / options.perSecond / Math.max(1, plan.faults.length);
    const pauses = new Dice(options.seed + 2);
    const halt = new AbortController();
    const playing = send(driver, plan.requests, options.perSecond);
    const suffering = nemesis.run(plan.faults, () => spacingMs * 0.5 * (0.5 + pauses.next()), halt.signal);
    await Promise.all([suffering, playing]);
    const recoveredInMs = await calm(driver, recorder, options.seed);
    progress.end();
    await recorded(recorder, driver);
    const history = await historyOf(field, driver, recorder, gateway.id);
    await gateway.close();
    await recorder.close();
    return report(options, history, { seconds: Math.round((Date.now() - began) / 1000), recoveredInMs, failures: driver.failures, faults: nemesis.count });
  } finally {
    await field.close();
  }
}

async function send(driver: Driver, requests: readonly PlannedRequest[], perSecond: number): Promise<void> {
  const began = Date.now();
  const playing: Promise<void>[] = [];
  for (const [index, request] of requests.entries()) {
    // An open loop: whoever is slow gets no mercy. The second of a pair follows the first at once.
    const dueMs = began + (1000 * index) / perSecond - Date.now();
    if (dueMs > 0) await delay(dueMs);
    playing.push(driver.play(request));
  }
  await Promise.all(playing);
}

/** Everything is healed: now all must make progress (liveness). Returns how long the slowest answer took. */
async function calm(driver: Driver, recorder: Recorder, seed: number): Promise<number> {
  const began = Date.now();
  const { requests } = planOf(seed + 3, { requests: CALM_REQUESTS * 10, faults: 0 });
  const few = requests.filter(({ kind }) => kind === 'exempt').slice(0, CALM_REQUESTS);
  await Promise.all(few.map((request) => driver.play(request)));
  await Promise.all(few.map(({ authenticationId }) => waitFor(`the verdict of ${authenticationId}`, () => recorder.verdictOf(authenticationId))));
  return Date.now() - began;
}

/** The ledger comes last: waits until it holds every verdict and redemption, and every refusal lies in the dead letters. What stays away becomes a finding. */
async function recorded(recorder: Recorder, driver: Driver): Promise<void> {
  const own = new Set(driver.accepted.map(({ authenticationId }) => authenticationId));
  const isRecorded = (): boolean =>
    recorder.messages.every(({ topic, key, source, id }) => !(topic.startsWith('sca.') && !topic.endsWith('.dlq') && own.has(key?.split(':')[1] ?? '')) || recorder.hasLeaf(source, id)) &&
    driver.refused.every(({ messageId }) => recorder.isDeadLettered(messageId));
  for (const deadline = Date.now() + RECORDED_WITHIN_MS; !isRecorded() && Date.now() < deadline; ) await delay(500);
  // The checkpoint that covers the last leaves follows within its interval.
  await delay(1500);
}

async function historyOf(field: Battlefield, driver: Driver, recorder: Recorder, gatewayId: string): Promise<History> {
  const vendorSessions: VendorSession[] = [];
  for (const payer of driver.payers) {
    const answer = await fetch(`${field.sandboxUrl}/sandbox/sessions?vendorData=${encodeURIComponent(`${gatewayId}/${payer}`)}`);
    vendorSessions.push(...((await answer.json()) as { sessions: VendorSession[] }).sessions);
  }
  const { accepted, refused, redeemed } = driver;
  return { gatewayId, accepted, refused, messages: recorder.messages, redeemed, vendorSessions, wholeLog: true };
}

function report(options: SoakOptions, history: History, run: Pick<SoakReport, 'seconds' | 'recoveredInMs' | 'failures' | 'faults'>): SoakReport {
  const outcomes: Record<string, number> = {};
  const verdicts = new Map(history.messages.filter(({ topic }) => topic === 'sca.verdict').map(({ key, body }) => [key, String(body?.['outcome'])]));
  for (const outcome of verdicts.values()) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return {
    seed: options.seed,
    requests: history.accepted.length + history.refused.length,
    outcomes,
    outOfTime: history.accepted.filter(({ authenticationId, allowed }) => allowed[0] !== 'EXPIRED' && verdicts.get(`${history.gatewayId}:${authenticationId}`) === 'EXPIRED').length,
    redeemed: history.redeemed.length,
    deadLetters: history.messages.filter(({ topic }) => topic.endsWith('.dlq')).length,
    leaves: history.messages.filter(({ topic }) => topic === 'audit.entry').length,
    messages: history.messages.length,
    findings: check(history),
    ...run,
  };
}
