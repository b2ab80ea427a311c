import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds: from one millisecond, where a local round trip lies, to half a minute, where every caller has given up. */
export const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * The metrics of a process. Asking twice for one name gives the same metric, so that a module may be loaded twice.
 * Labels take closed sets only (codes, topics, route patterns): never an id, an account or a name.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #lookups = new Map<string, () => Promise<void>>();
  #described = false;

  /** Adds `service` to every line, and Node's own figures. Once per process; later calls only change the name. */
  describeService(service: string): void {
    this.registry.setDefaultLabels({ service });
    if (this.#described) return;
    this.#described = true;
    collectDefaultMetrics({ register: this.registry });
  }

  counter<Label extends string = never>(name: string, help: string, labels: readonly Label[] = []): Counter<Label> {
    const known = this.registry.getSingleMetric(name);
    if (known instanceof Counter) return known;
    return new Counter({ name, help, labelNames: labels, registers: [this.registry] });
  }

  gauge<Label extends string = never>(name: string, help: string, labels: readonly Label[] = []): Gauge<Label> {
    const known = this.registry.getSingleMetric(name);
    if (known instanceof Gauge) return known;
    return new Gauge({ name, help, labelNames: labels, registers: [this.registry] });
  }

  histogram<Label extends string = never>(name: string, help: string, labels: readonly Label[] = [], buckets: readonly number[] = SECONDS): Histogram<Label> {
    const known = this.registry.getSingleMetric(name);
    if (known instanceof Histogram) return known;
    return new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers: [this.registry] });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /**
   * Runs before every scrape, for figures that are looked up and not counted. One for each name: a later one takes the earlier one's place.
   * It bounds itself what it costs and how long it takes; one that fails leaves its figures as they are.
   */
  beforeScrape(name: string, lookUp: () => Promise<void>): void {
    this.#lookups.set(name, lookUp);
  }

  /** Prometheus text format. */
  async text(): Promise<string> {
    await Promise.allSettled([...this.#lookups.values()].map((lookUp) => lookUp()));
    return this.registry.metrics();
  }
}

/** One process is one service, so there is one. */
export const metrics = new Metrics();
