import { setTimeout as delay } from 'node:timers/promises';
import { nowMs } from './clock';
import { Driver, type Offer } from './driver/driver';
import type { Latency, Stretch } from './driver/flight';
import { cpuOf, load, perOne } from './meters/cpu';
import { databaseCounts } from './meters/database';
import type { VendorReport } from './vendor/main';
import type { Running, Variant, VariantContext, VariantName } from './variants/variant';

export interface Phase {
  readonly name: string;
  readonly offer: Offer;
}

/** What one variant did in one phase of one round. */
export interface Reading {
  readonly variant: VariantName;
  readonly phase: string;
  readonly count: number;
  readonly perSecond: number;
  /** Until the ledger had everything, too. */
  readonly recordedPerSecond: number;
  readonly latencies: Readonly<Record<Stretch, Latency>>;
  /** CPU milliseconds of one authentication, by process. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly commits: number;
  readonly walFsyncs: number;
  readonly walKilobytes: number;
  readonly lost: number;
  readonly doubled: number;
  readonly wrong: number;
  readonly confirmErrors: number;
  readonly webhooksRefused: number;
  readonly load: number;
}

export interface TurnOptions {
  readonly context: VariantContext;
  readonly warmUp: readonly Offer[];
  readonly phases: readonly Phase[];
  readonly fetchesPage: boolean;
  readonly say: (line: string) => void;
}

/** Seconds of a paced phase before latencies count: caches fill, the pace settles. */
const SETTLE_SECONDS = 3;
const QUIET_MS = 700;
const RECORDED_WITHIN_MS = 60_000;

/** Starts a variant, warms it up, takes it through the phases, and stops it. */
export async function takeTurn(variant: Variant, options: TurnOptions): Promise<Reading[]> {
  const { context, phases, warmUp, fetchesPage } = options;
  const running = await variant.start(context);
  await context.vendor.ask({ webhooksTo: running.webhooksTo });
  const driver = await Driver.open({ brokers: context.engines.brokers, vendorUrl: context.vendorUrl, running, fetchesPage });
  const readings: Reading[] = [];
  try {
    for (const offer of warmUp) await driver.offer(offer);
    await recorded(running);
    for (const phase of phases) {
      const reading = await measure(variant.name, running, driver, phase, options);
      readings.push(reading);
      options.say(`  ${variant.name.padEnd(7)} ${phase.name.padEnd(16)} ${describe(reading)}`);
    }
  } finally {
    await driver.close();
    await running.stop();
  }
  return readings;
}

async function measure(variant: VariantName, running: Running, driver: Driver, { name, offer }: Phase, { context }: TurnOptions): Promise<Reading> {
  const { engines, vendor } = context;
  const processes = { ...running.processes, vendor: vendor.pid, driver: process.pid, kafka: engines.pids().kafka };
  const vendorBefore = (await vendor.ask({ report: true })) as VendorReport;
  const countsBefore = await databaseCounts(engines, running.database);
  const loadBefore = load();
  const cpuBefore = cpuOf(processes, engines.pids().postgres);
  const skipped = offer.rate * SETTLE_SECONDS;
  const count = offer.count + skipped;
  const flight = await driver.offer({ ...offer, count });
  const recordedAtMs = await recorded(running);
  const cpuAfter = cpuOf(processes, engines.pids().postgres);
  const counts = await databaseCounts(engines, running.database);
  const report = (await vendor.ask({ report: true })) as VendorReport;
  return {
    variant,
    phase: name,
    count,
    perSecond: flight.perSecond,
    recordedPerSecond: (flight.verdicts * 1000) / (Math.max(recordedAtMs, flight.endedAtMs) - flight.beganAtMs),
    latencies: flight.latencies(skipped, report.posted),
    cpu: perOne(cpuBefore, cpuAfter, count),
    commits: (counts.commits - countsBefore.commits) / count,
    walFsyncs: (counts.walFsyncs - countsBefore.walFsyncs) / count,
    walKilobytes: (counts.walBytes - countsBefore.walBytes) / 1024 / count,
    lost: flight.missing(count),
    doubled: flight.doubled,
    wrong: flight.wrong,
    confirmErrors: flight.confirmErrors,
    webhooksRefused: report.refused - vendorBefore.refused,
    load: loadBefore,
  };
}

/** Waits until the ledger stands still, and gives back since when. */
async function recorded(running: Running): Promise<number> {
  const deadline = nowMs() + RECORDED_WITHIN_MS;
  let last = -1;
  let since = nowMs();
  while (nowMs() < deadline) {
    const size = await running.recorded();
    if (size !== last) {
      last = size;
      since = nowMs();
    } else if (nowMs() - since > QUIET_MS) break;
    await delay(50);
  }
  return since;
}

function describe(reading: Reading): string {
  const { latencies, lost, doubled, wrong, confirmErrors } = reading;
  const whole = latencies['whole way'];
  const cpu = Object.values(reading.cpu).reduce((sum, ms) => sum + ms, 0);
  const wrongs = lost + doubled + wrong + confirmErrors === 0 ? '' : `  lost ${lost} doubled ${doubled} wrong ${wrong} confirm errors ${confirmErrors}`;
  const rate = `${reading.perSecond.toFixed(1).padStart(7)}/s (recorded ${reading.recordedPerSecond.toFixed(0)})  whole p50 ${whole.p50.toFixed(1)} p99 ${whole.p99.toFixed(1)} ms`;
  const costs = `CPU ${cpu.toFixed(2)} ms  commits ${reading.commits.toFixed(2)}  fsyncs ${reading.walFsyncs.toFixed(2)}  load ${reading.load.toFixed(1)}`;
  return `${rate}  ${costs}${wrongs}`;
}
