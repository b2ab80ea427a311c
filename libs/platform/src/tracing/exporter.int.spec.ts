import { createServer, type Server } from 'node:http';
import type { AllowedFields } from '../logging/allowed-fields';
import { startTracing } from './exporter';
import { spansAreRecorded, startSpan, withSpan } from './span';
import { parseTraceparent } from './traceparent';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CANARY = 'ES9121000418450200051332';

/** Takes what an OpenTelemetry collector would take. */
class Collector {
  readonly received: { url: string; body: Buffer }[] = [];
  private readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.received.push({ url: request.url ?? '', body: Buffer.concat(chunks) });
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.received.map(({ body }) => body));
  }
}

describe('export of traces', () => {
  it('given an endpoint, then spans arrive there with trace, parent and allowed attributes, and nothing else of what was given', async () => {
    const collector = new Collector();
    const stop = await startTracing('sample-service', await collector.listen());
    expect(spansAreRecorded()).toBe(true);

    const batch = startSpan('sca.requested process', { parent: `00-${TRACE}-b7ad6b7169203331-01`, kind: 'consumer', attributes: { topic: 'sca.requested', count: 17 }, links: [`00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, 'rubbish'] });
    expect(parseTraceparent(batch.traceparent)).toMatchObject({ traceId: TRACE, flags: '01' });
    expect(batch.traceparent).not.toContain('b7ad6b7169203331');
    batch.set({ authenticationId: 'auth-12345678', payee: CANARY, reason: CANARY, gatewayId: `demo:${CANARY}` } as AllowedFields);
    await withSpan('inner', { parent: batch.traceparent }, () => Promise.reject(new Error(CANARY))).catch(() => undefined);
    batch.end();
    startSpan('health', { quiet: true }).end();
    await stop();

    const bytes = collector.bytes;
    expect(collector.received.map(({ url }) => url)).toEqual(['/v1/traces']);
    for (const text of ['sample-service', 'sca.requested process', 'messaging.destination.name', 'messaging.batch.message_count', 'assent.authentication_id', 'auth-12345678', 'inner', 'error.type']) {
      expect([text, bytes.includes(text)]).toEqual([text, true]);
    }
    for (const hex of [TRACE, 'b7ad6b7169203331', '1'.repeat(32), parseTraceparent(batch.traceparent)?.spanId ?? '-']) {
      expect([hex, bytes.includes(Buffer.from(hex, 'hex'))]).toEqual([hex, true]);
    }
    for (const text of [CANARY, 'health', 'payee', 'host.name', 'process.command', process.cwd()]) expect([text, bytes.includes(text)]).toEqual([text, false]);
    expect(spansAreRecorded()).toBe(false);
    collector.close();
  });

  it('given no endpoint, then nothing is loaded and nothing recorded', async () => {
    const stop = await startTracing('sample-service', null);
    expect(spansAreRecorded()).toBe(false);
    await stop();
  });

  it('given a collector that is away, then work goes on and stopping does not hang or throw', async () => {
    const collector = new Collector();
    const endpoint = await collector.listen();
    collector.close();
    process.env['OTEL_EXPORTER_OTLP_TIMEOUT'] = '500';
    const stop = await startTracing('sample-service', endpoint);
    await expect(withSpan('x', {}, () => Promise.resolve('done'))).resolves.toBe('done');
    await expect(stop()).resolves.toBeUndefined();
    delete process.env['OTEL_EXPORTER_OTLP_TIMEOUT'];
  });
});
