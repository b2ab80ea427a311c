import { cpus, release, totalmem } from 'node:os';
import { type BenchmarkResult, compare, type Measure } from '../benchmark';
import { figure } from '../report';
import { STRETCHES } from './driver/flight';
import { total } from './meters/cpu';
import type { Reading } from './turn';

type Better = 'more' | 'less';
type Value = (reading: Reading) => number;

/** Medians over the rounds, every peer beside ours, and what disqualifies a run. */
export function summarise(readings: readonly Reading[]): BenchmarkResult {
  const measures: Measure[] = [];
  for (const phase of new Set(readings.map((reading) => reading.phase))) {
    const of = (variant: string): Reading[] => readings.filter((reading) => reading.phase === phase && reading.variant === variant);
    const own = of('ours');
    if (own.length === 0) continue;
    for (const peerName of ['bare', 'usual', 'careful']) {
      const others = of(peerName);
      if (others.length === 0) continue;
      for (const [measure, unit, value, better] of measuresOf(phase)) measures.push(compare({ measure, unit, peerName }, median(own.map(value)), median(others.map(value)), better));
    }
  }
  return { measures, notes: notesOn(readings), failures: readings.flatMap(failuresOf) };
}

function measuresOf(phase: string): [measure: string, unit: string, value: Value, better: Better][] {
  const costs: [string, string, Value, Better][] = [
    [`${phase} CPU per authentication`, 'ms', ({ cpu }) => total(cpu), 'less'],
    [`${phase} commits per authentication`, 'commits', ({ commits }) => commits, 'less'],
    [`${phase} WAL fsyncs per authentication`, 'fsyncs', ({ walFsyncs }) => walFsyncs, 'less'],
  ];
  if (!phase.endsWith('/s')) {
    return [[`${phase} throughput`, '1/s', ({ perSecond }) => perSecond, 'more'], [`${phase} throughput, recorded in the ledger`, '1/s', ({ recordedPerSecond }) => recordedPerSecond, 'more'], ...costs];
  }
  const latencies = STRETCHES.flatMap((stretch): [string, string, Value, Better][] => [
    [`${stretch} at ${phase} p50`, 'ms', ({ latencies: of }) => of[stretch].p50, 'less'],
    [`${stretch} at ${phase} p99`, 'ms', ({ latencies: of }) => of[stretch].p99, 'less'],
  ]);
  return [...latencies, ...costs];
}

function notesOn(readings: readonly Reading[]): string[] {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}, Node ${process.version}`;
  const spread = Map.groupBy(readings, ({ phase, variant }) => `${phase} · ${variant}`);
  return [
    '',
    machine,
    ...[...spread].map(([name, group]) => `${name}: ${spreadOf(group)}`),
  ];
}

/** Median and range of the rate, and what it cost whom. */
function spreadOf(group: readonly Reading[]): string {
  const rates = group.map(({ perSecond }) => perSecond);
  const cpu = Object.keys(group[0]?.cpu ?? {}).map((process) => `${process} ${figure(median(group.map((reading) => reading.cpu[process] ?? 0)))}`);
  const range = `${figure(Math.min(...rates))}–${figure(Math.max(...rates))} over ${group.length}`;
  const wal = figure(median(group.map(({ walKilobytes }) => walKilobytes)));
  return `${figure(median(rates))}/s (${range}), WAL ${wal} KB, load before ${group.map(({ load }) => figure(load)).join(' ')}; CPU ms: ${cpu.join(', ')}`;
}

function failuresOf({ variant, phase, lost, doubled, wrong, webhooksRefused }: Reading): string[] {
  const counts = Object.entries({ lost, doubled, 'with another outcome': wrong, 'webhooks refused': webhooksRefused }).filter(([, count]) => count > 0);
  return counts.map(([what, count]) => `${variant}, ${phase}: ${count} ${what}`);
}

export function median(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b);
  const middle = ascending.length >> 1;
  const upper = ascending[middle] ?? Number.NaN;
  return ascending.length % 2 === 1 ? upper : ((ascending[middle - 1] ?? Number.NaN) + upper) / 2;
}
