/** One sample of Prometheus's text format. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;
const TIMEOUT_MS = 5000;

/** The samples of a text, by metric name. Lines that are none of the format are left out. */
export function parseMetrics(text: string): ReadonlyMap<string, readonly Sample[]> {
  const samples = new Map<string, Sample[]>();
  for (const line of text.split('\n')) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const [, name = '', labels = '', value = ''] = match;
    const list = samples.get(name) ?? [];
    samples.set(name, list);
    list.push({ labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, label = '', text = '']) => [label, text.replace(/\\(.)/g, '$1')])), value: Number(value) });
  }
  return samples;
}

/** What a service measures now. Empty where it does not say: its readiness tells why. */
export async function scrape(url: string): Promise<ReadonlyMap<string, readonly Sample[]>> {
  try {
    const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    return answer.ok ? parseMetrics(await answer.text()) : new Map();
  } catch {
    return new Map();
  }
}
