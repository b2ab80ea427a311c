import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }; readonly children?: readonly number[] }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Where a function's time went: in itself, and in all that it called. Shares of the time that the process was busy. */
export interface Cost {
  readonly place: string;
  readonly self: number;
  readonly whole: number;
}

/** Loading modules and compiling code is not what a running service does. */
const STARTING_MICROSECONDS = 5_000_000;
const RESTING = new Set(['(idle)', '(root)']);

/** Shares of the busy time by function, costliest first by `self`. Time stands still for nobody: under load, a function that waits for a core looks costly too. */
export function costsOf({ nodes, samples, timeDeltas }: Profile): Cost[] {
  const own = new Map<number, number>();
  let elapsed = 0;
  samples.forEach((id, i) => {
    elapsed += timeDeltas[i] ?? 0;
    if (elapsed > STARTING_MICROSECONDS) own.set(id, (own.get(id) ?? 0) + (timeDeltas[i] ?? 0));
  });
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const parents = new Map(nodes.flatMap(({ id, children }) => (children ?? []).map((child): [number, number] => [child, id])));
  const sums = new Map<string, { self: number; whole: number }>();
  let busy = 0;
  for (const [id, time] of own) {
    const place = places.get(id) ?? '';
    if (RESTING.has(place)) continue;
    busy += time;
    const callers = new Set<string>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) callers.add(places.get(at) ?? '');
    for (const caller of callers) {
      const sum = sums.get(caller) ?? { self: 0, whole: 0 };
      sums.set(caller, { self: sum.self + (caller === place ? time : 0), whole: sum.whole + time });
    }
  }
  return [...sums].map(([place, { self, whole }]) => ({ place, self: self / busy, whole: whole / busy })).filter(({ place }) => !RESTING.has(place)).sort((a, b) => b.self - a.self);
}

/** `functionName file:line`, files without what lies before the project or the package. */
function placeOf({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? 'anonymous' : functionName;
  if (url === '') return name;
  const file = url.replace('file://', '').replace(/^.*\/node_modules\//, '').replace(/^.*\/dist\//, '');
  return `${name} ${file}:${lineNumber + 1}`;
}

const ROWS = 40;

/** Writes the top costs of every service whose profiles lie in the folder, one text file. The longest profile counts: the others are of starts. */
export function writeTopCosts(folder: string, services: readonly string[]): void {
  const text = services.map((service) => {
    const files = readdirSync(path.join(folder, service)).filter((file) => file.endsWith('.cpuprofile'));
    const profiles = files.map((file) => JSON.parse(readFileSync(path.join(folder, service, file), 'utf8')) as Profile);
    const longest = profiles.toSorted((a, b) => b.samples.length - a.samples.length)[0];
    if (longest === undefined) return `${service}: no profile\n`;
    const costs = costsOf(longest);
    const ours = costs.filter(({ place }) => /(^| )(apps|libs)\//.test(place)).sort((a, b) => b.whole - a.whole);
    return [`${service}: in itself`, ...rows(costs, 'self'), `${service}: of our own functions, with all that they call`, ...rows(ours, 'whole'), ''].join('\n');
  });
  writeFileSync(path.join(folder, 'top-costs.txt'), text.join('\n'));
}

const rows = (costs: readonly Cost[], share: 'self' | 'whole'): string[] => costs.slice(0, ROWS).map((cost) => `${(100 * cost[share]).toFixed(1).padStart(6)} %  ${cost.place}`);
