import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { collectDefaultMetrics, Registry } from 'prom-client';

export interface MetricInCode {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly labels: ReadonlySet<string>;
}

/** What every scrape adds by itself: the service's own label, and those of the scraper. */
const SHARED_LABELS = ['service', 'instance', 'job'];
const DECLARED = /\.(counter|gauge|histogram)\(\s*'([a-z0-9_]+)',\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:,\s*\[([^\]]*)\])?/g;

/** Every metric that a source under these folders declares, and those of Node itself, by name. */
export function metricsInCode(folders: readonly string[]): ReadonlyMap<string, MetricInCode> {
  const found = new Map<string, MetricInCode>();
  for (const file of folders.flatMap(sources)) {
    for (const [, kind, name = '', labels = ''] of readFileSync(file, 'utf8').matchAll(DECLARED)) {
      const own = [...labels.matchAll(/'([a-z_]+)'/g)].map(([, label = '']) => label);
      found.set(name, { kind: kind as MetricInCode['kind'], labels: new Set([...own, ...SHARED_LABELS]) });
    }
  }
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const { name } of registry.getMetricsAsArray()) found.set(name, { kind: 'gauge', labels: new Set(SHARED_LABELS) });
  return found;
}

const sources = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('.spec.'))
    .map((file) => path.join(folder, file));

const FUNCTIONS = new Set(
  ['sum', 'max', 'min', 'avg', 'count', 'rate', 'increase', 'delta', 'histogram_quantile', 'vector', 'absent'].concat(['by', 'without', 'and', 'or', 'unless', 'on', 'ignoring', 'bool']),
);
const SERIES_OF_HISTOGRAM = /_(bucket|count|sum)$/;
const SCRAPERS_OWN = new Set(['up']);

/**
 * What is wrong with a PromQL expression, as far as names go: metrics that no code has, labels that a metric does not have. Null: nothing.
 * The grammar itself is left to Prometheus, but for brackets that do not close.
 */
export function namesAreWrong(expression: string, metrics: ReadonlyMap<string, MetricInCode>): string | null {
  if (!bracketsClose(expression)) return 'its brackets do not close';
  const used = new Set<string>();
  const labels = new Set<string>();
  const unquoted = expression.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const withoutMatchers = unquoted.replace(/\{([^}]*)\}/g, (_, matchers: string) => {
    for (const [, label = ''] of matchers.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)) labels.add(label);
    return '';
  });
  const withoutGroups = withoutMatchers.replace(/\b(?:by|without)\s*\(([^)]*)\)/g, (_, names: string) => {
    for (const label of names.split(',')) labels.add(label.trim());
    return '';
  });
  for (const [name] of withoutGroups.replace(/\[[^\]]*\]/g, '').matchAll(/[a-zA-Z_:][a-zA-Z0-9_:]*/g)) if (!FUNCTIONS.has(name)) used.add(name);
  if (used.size === 0) return 'it names no metric';
  const known: MetricInCode[] = [];
  for (const name of used) {
    if (SCRAPERS_OWN.has(name)) continue;
    const metric = metrics.get(name) ?? histogramOf(name, metrics);
    if (metric === undefined) return `no code has the metric ${name}`;
    known.push(metric);
  }
  if (known.length === 0) return null;
  for (const label of labels) if (label !== 'le' && !known.some((metric) => metric.labels.has(label))) return `none of its metrics has the label ${label}`;
  return null;
}

function histogramOf(name: string, metrics: ReadonlyMap<string, MetricInCode>): MetricInCode | undefined {
  const metric = SERIES_OF_HISTOGRAM.test(name) ? metrics.get(name.replace(SERIES_OF_HISTOGRAM, '')) : undefined;
  return metric?.kind === 'histogram' ? metric : undefined;
}

function bracketsClose(text: string): boolean {
  const open: string[] = [];
  const closes: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
  for (const character of text.replace(/"(?:[^"\\]|\\.)*"/g, '')) {
    if ('([{'.includes(character)) open.push(character);
    else if (closes[character] !== undefined && open.pop() !== closes[character]) return false;
  }
  return open.length === 0;
}
