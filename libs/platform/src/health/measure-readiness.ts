import type { Metrics } from '../metrics/metrics';
import type { ReadinessRegistry } from './readiness';

/** Readiness as a figure: a probe that fails is seen by whoever sends requests, and an alert needs to know how long and which check. */
export function measureReadiness(readiness: ReadinessRegistry, metrics: Metrics): void {
  const passes = metrics.gauge('assent_ready', '1 while a check of readiness passes, 0 while it fails.', ['check']);
  metrics.beforeScrape('readiness', async () => {
    const { checks } = await readiness.report();
    passes.reset();
    for (const [check, result] of Object.entries(checks)) passes.set({ check }, result === 'ok' ? 1 : 0);
  });
}
