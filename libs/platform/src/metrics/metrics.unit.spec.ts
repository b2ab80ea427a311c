import { measureReadiness } from '../health/measure-readiness';
import { ReadinessRegistry } from '../health/readiness';
import { configureLogging } from '../logging/log';
import { Metrics } from './metrics';

beforeAll(() => configureLogging({ service: 'test', level: 'silent' }));

describe('figures that are looked up', () => {
  it('given look-ups, runs each before the text is written, and one that fails hides nothing', async () => {
    const metrics = new Metrics();
    const depth = metrics.gauge('depth', 'How deep.');
    metrics.beforeScrape('broken', () => Promise.reject(new Error('away')));
    metrics.beforeScrape('depth', () => {
      depth.set(7);
      return Promise.resolve();
    });
    expect(await metrics.text()).toContain('depth 7');
  });

  it('given one name twice, only the later one runs', async () => {
    const metrics = new Metrics();
    const runs: string[] = [];
    for (const which of ['first', 'second']) {
      metrics.beforeScrape('depth', () => {
        runs.push(which);
        return Promise.resolve();
      });
    }
    await metrics.text();
    expect(runs).toEqual(['second']);
  });

  it('given checks of readiness, each is a figure of its own: 1 while it passes, 0 while it fails', async () => {
    const metrics = new Metrics();
    const readiness = new ReadinessRegistry();
    let works = true;
    readiness.add('postgres', () => (works ? Promise.resolve() : Promise.reject(new Error('away'))));
    readiness.add('kafka', () => Promise.resolve());
    measureReadiness(readiness, metrics);
    expect(await metrics.text()).toContain('assent_ready{check="postgres"} 1');
    works = false;
    const text = await metrics.text();
    expect(text).toContain('assent_ready{check="postgres"} 0');
    expect(text).toContain('assent_ready{check="kafka"} 1');
  });
});
