import { configureLogging } from '../logging/log';
import { LivenessRegistry } from './liveness';
import { ReadinessRegistry } from './readiness';

let lines: string[] = [];
beforeEach(() => {
  lines = [];
  configureLogging({ service: 'test', level: 'info', destination: { write: (line: string) => void lines.push(line) } });
});
const messages = (): unknown[] => lines.map((line) => (JSON.parse(line) as { message: unknown }).message);

describe('readiness', () => {
  it('given no checks, then ready; once it stops, then not, whatever the checks say', async () => {
    const readiness = new ReadinessRegistry();
    expect(await readiness.report()).toEqual({ ready: true, checks: {} });
    readiness.add('postgres', () => Promise.resolve());
    readiness.stop();
    expect(await readiness.report()).toEqual({ ready: false, checks: { postgres: 'ok', stopping: 'failing' } });
  });

  it('given a check that never answers, then it fails and the others still count', async () => {
    const readiness = new ReadinessRegistry(5);
    readiness.add('hangs', () => new Promise(() => undefined));
    readiness.add('works', () => Promise.resolve());
    expect(await readiness.report()).toEqual({ ready: false, checks: { hangs: 'failing', works: 'ok' } });
  });

  it('given a check that throws instead of rejecting, then it fails', async () => {
    const readiness = new ReadinessRegistry();
    readiness.add('throws', () => {
      throw new Error('now');
    });
    expect((await readiness.report()).ready).toBe(false);
  });

  it('given many callers at once, then the checks run once; the next caller runs them anew', async () => {
    const readiness = new ReadinessRegistry();
    let runs = 0;
    readiness.add('counts', () => {
      runs += 1;
      return Promise.resolve();
    });
    await Promise.all(Array.from({ length: 50 }, () => readiness.report()));
    expect(runs).toBe(1);
    await readiness.report();
    expect(runs).toBe(2);
  });

  it('given a check that fails for a while, then its beginning and its end are logged, not every probe', async () => {
    const readiness = new ReadinessRegistry();
    let works = false;
    readiness.add('postgres', () => (works ? Promise.resolve() : Promise.reject(new Error('ES9121000418450200051332'))));
    await readiness.report();
    await readiness.report();
    works = true;
    await readiness.report();
    await readiness.report();
    expect(messages()).toEqual(['readiness check fails', 'readiness check passes again']);
    expect(lines.join('')).not.toContain('ES91');
  });

  it('given one name twice, then that is a bug', () => {
    const readiness = new ReadinessRegistry();
    readiness.add('postgres', () => Promise.resolve());
    expect(() => readiness.add('postgres', () => Promise.resolve())).toThrow('invariant broken');
  });
});

describe('liveness', () => {
  it('given checks that say no or throw, then not alive, and each failure is logged once', () => {
    const liveness = new LivenessRegistry();
    let consumes = true;
    liveness.add('consumer', () => consumes);
    expect(liveness.report()).toEqual({ alive: true, checks: { consumer: 'ok' } });
    consumes = false;
    liveness.add('broken', () => {
      throw new Error('x');
    });
    expect(liveness.report()).toEqual({ alive: false, checks: { consumer: 'failing', broken: 'failing' } });
    liveness.report();
    expect(messages()).toEqual(['liveness check fails', 'liveness check fails']);
  });
});
