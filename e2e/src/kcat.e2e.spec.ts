import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Flow } from './flow';
import { payment, paymentOf } from './gateway';
import { runningStack } from './running-stack';

const hasKcat = spawnSync('kcat', ['-V']).status === 0;

/** A gateway in another language: Debian's kcat, which nobody here wrote. Skipped by name where it is not installed; .ci/run installs it. */
(hasKcat ? describe : describe.skip)('a gateway that speaks plain Kafka (kcat)', () => {
  let flow: Flow;
  beforeAll(async () => {
    flow = await Flow.open(await runningStack());
  }, 180_000);
  afterAll(() => flow.close(), 60_000);

  const brokers = (): string => flow.stack.stack.kafka.brokers.join(',');

  /** CloudEvents in binary mode: attributes as headers, the body as the value. */
  function produce(key: string, value: string, headers: Record<string, string>): void {
    const flags = Object.entries(headers).flatMap(([name, text]) => ['-H', `${name}=${text}`]);
    execFileSync('kcat', ['-b', brokers(), '-P', '-t', 'sca.requested', '-k', key, ...flags], { input: value });
  }

  const consume = (topic: string): { key: string; headers: string[]; value: string }[] =>
    execFileSync('kcat', ['-b', brokers(), '-C', '-t', topic, '-o', 'beginning', '-e', '-q', '-J'], { encoding: 'utf8', maxBuffer: 1 << 28 })
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const { key, headers, payload } = JSON.parse(line) as { key: string; headers?: string[]; payload: string };
        return { key, headers: headers ?? [], value: payload };
      });

  it('publishes a request and reads the one verdict', async () => {
    const request = payment(paymentOf('6.00'));
    const id = String(request['authenticationId']);
    produce(`demo:${id}`, JSON.stringify(request), { ce_specversion: '1.0', ce_id: randomUUID(), ce_source: '/gateways/demo', ce_type: 'sca.requested.v1', ce_time: new Date().toISOString(), 'content-type': 'application/json' });
    await flow.verdict(id);
    const verdicts = consume('sca.verdict').filter(({ key }) => key === `demo:${id}`);
    expect(verdicts).toHaveLength(1);
    expect(JSON.parse(verdicts[0]?.value ?? '')).toMatchObject({ authenticationId: id, outcome: 'EXEMPT' });
    expect(verdicts[0]?.headers).toEqual(expect.arrayContaining(['ce_type', 'sca.verdict.v1', 'ce_source', '/services/auth-session']));
  });

  it('reads in the dead letters what it did wrong', async () => {
    const request = payment(paymentOf('6.00'));
    const id = String(request['authenticationId']);
    produce(`demo:${id}`, JSON.stringify(request), { ce_id: randomUUID() });
    await flow.settle();
    const letter = consume('sca.requested.dlq').find(({ key }) => key === `demo:${id}`);
    expect(letter?.headers).toEqual(expect.arrayContaining(['dlq-code', 'ENVELOPE_INVALID']));
    expect(letter?.value).toBe(JSON.stringify(request));
  });

  it('a header without a value does no harm', async () => {
    const id = String(payment()['authenticationId']);
    produce(`demo:${id}`, '{}', { empty: '', constructor: 'x' });
    const after = payment(paymentOf('6.00'));
    await flow.publish(after);
    expect(await flow.verdict(String(after['authenticationId']))).toMatchObject({ outcome: 'EXEMPT' });
  });
});
