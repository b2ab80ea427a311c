import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { inWorkspace } from '../src/workspace';
import { metricsInCode, namesAreWrong } from './metrics-in-code';

const metrics = metricsInCode([inWorkspace('libs'), inWorkspace('apps')]);
const read = (name: string): string => readFileSync(inWorkspace('infra', 'observability', name), 'utf8');

const alertRules = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Assent[A-Z][A-Za-z]+$/),
          expr: z.string(),
          for: z.string().regex(/^\d+[smh]$/).optional(),
          labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
          annotations: z.strictObject({ summary: z.string().min(10), runbook_url: z.string().regex(/^docs\/operating\/[a-z-]+\.md$/) }),
        }),
      ),
    }),
  ),
});
const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  schemaVersion: z.number().int(),
  panels: z.array(
    z.object({
      id: z.number().int(),
      type: z.enum(['row', 'stat', 'timeseries']),
      title: z.string().min(1),
      gridPos: z.object({ h: z.number(), w: z.number(), x: z.number(), y: z.number() }),
      targets: z.array(z.object({ refId: z.string(), expr: z.string() })).optional(),
    }),
  ),
});

describe('what is measured', () => {
  it('is found in the code, with its labels', () => {
    expect(metrics.get('assent_outbox_oldest_seconds')).toEqual({ kind: 'gauge', labels: new Set(['lane', 'service', 'instance', 'job']) });
    expect(metrics.get('http_server_request_duration_seconds')?.kind).toBe('histogram');
    expect(metrics.has('process_cpu_seconds_total')).toBe(true);
  });

  it.each([
    ['sum(rate(assent_no_such_metric_total[5m])) > 0', 'no code has the metric assent_no_such_metric_total'],
    ['sum by (colour) (assent_consumer_lag)', 'none of its metrics has the label colour'],
    ['assent_consumer_lag{colour="red"}', 'none of its metrics has the label colour'],
    ['sum(rate(assent_dead_letters_total_bucket[5m]))', 'no code has the metric assent_dead_letters_total_bucket'],
    ['sum(rate(assent_dead_letters_total[5m])', 'its brackets do not close'],
    ['1 > 0', 'it names no metric'],
  ])('given %s, the check says what is wrong', (expression, wrong) => {
    expect(namesAreWrong(expression, metrics)).toBe(wrong);
  });
});

describe('the alerts', () => {
  const rules = alertRules.parse(parse(read('alerts.yml'))).groups.flatMap((group) => group.rules);

  it('have names of their own', () => {
    expect(rules.length).toBeGreaterThan(15);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it.each(rules)('$alert asks for what is measured, and its runbook exists', ({ expr, annotations }) => {
    expect(namesAreWrong(expr, metrics)).toBeNull();
    expect(existsSync(inWorkspace(annotations.runbook_url))).toBe(true);
  });

  it('and every runbook says what it looks like, what it means, what to do and how to see that it is over', () => {
    const runbooks = readdirSync(inWorkspace('docs', 'operating')).filter((file) => file.endsWith('.md') && file !== 'README.md');
    expect(runbooks.length).toBeGreaterThan(8);
    for (const file of runbooks) {
      const text = readFileSync(inWorkspace('docs', 'operating', file), 'utf8');
      for (const heading of ['## Symptom', '## What it means', '## What to do', '## How to see that it is over']) expect([file, text.includes(`\n${heading}\n`)]).toEqual([file, true]);
    }
  });
});

describe('the runbooks', () => {
  const folder = inWorkspace('docs', 'operating');
  const files = readdirSync(folder).filter((file) => file.endsWith('.md'));

  it.each(files)('%s: links lead somewhere, alerts and metrics exist', (file) => {
    const text = readFileSync(inWorkspace('docs', 'operating', file), 'utf8');
    const alerts = new Set([...read('alerts.yml').matchAll(/alert: (\w+)/g)].map(([, name]) => name));
    for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) if (!/^https?:/.test(target)) expect([file, target, existsSync(`${folder}/${target}`)]).toEqual([file, target, true]);
    for (const [name] of text.matchAll(/\bAssent[A-Z][A-Za-z]+\b/g)) expect([file, name, alerts.has(name)]).toEqual([file, name, true]);
    for (const [, name = ''] of text.matchAll(/`((?:assent|webhooks?|ledger|exemption)_[a-z_]+)[`{]/g)) if (/_(total|seconds|lag|left|due|webhooks|joined|ready|replicas)$/.test(name)) expect([file, name, metrics.has(name)]).toEqual([file, name, true]);
  });
});

describe('the scrape and the dashboard', () => {
  it('scrapes every service under the name that the alerts know, and loads them', () => {
    const config = z.object({ rule_files: z.array(z.string()), scrape_configs: z.array(z.object({ job_name: z.string(), static_configs: z.array(z.object({ targets: z.array(z.string()) })) })) }).parse(parse(read('prometheus.yml')));
    expect(config.rule_files).toEqual(['alerts.yml']);
    const targets = config.scrape_configs.flatMap(({ static_configs }) => static_configs.flatMap((entry) => entry.targets));
    expect(targets.map((target) => target.split(':')[0])).toEqual(['auth-session', 'webhook-ingest', 'exemption-engine', 'audit-ledger']);
    expect(config.scrape_configs.map(({ job_name }) => job_name)).toEqual(['assent']);
  });

  it('shows only what is measured, in panels that do not lie over each other', () => {
    const { panels } = dashboard.parse(JSON.parse(read('dashboard.json')));
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const places = new Set<string>();
    for (const { title, type, gridPos, targets = [] } of panels) {
      expect([title, targets.length > 0]).toEqual([title, type !== 'row']);
      for (const { expr } of targets) expect([title, namesAreWrong(expr, metrics)]).toEqual([title, null]);
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(places.has(`${x}/${y}`)).toBe(false);
        places.add(`${x}/${y}`);
      }
    }
  });
});
