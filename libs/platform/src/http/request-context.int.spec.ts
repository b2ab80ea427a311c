import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { bootstrapService, portOf } from '../lifecycle/bootstrap-service';
import { currentTraceId } from '../tracing/trace-context';

interface Echo {
  readonly traceId: string | null;
  readonly number: number;
}

@Controller()
class EchoController {
  @Post('echo')
  @HttpCode(200)
  async echo(@Body() body: { number: number }): Promise<Echo> {
    await new Promise((resolve) => setImmediate(resolve));
    return { traceId: currentTraceId(), number: body.number };
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

describe('the trace of a request over real connections', () => {
  it('given many requests at once whose bodies come in pieces, then each handler works in the trace of its own request', async () => {
    const app = await bootstrapService({
      name: 'echo',
      module: EchoModule,
      gateways: null,
      config: { httpHost: '127.0.0.1', httpPort: 0, logLevel: 'silent', shutdownTimeoutMs: 1_000, otelExporterOtlpEndpoint: null },
      swagger: { title: 'Echo', description: 'For tests.' },
      ownsProcess: false,
    });
    const body = (number: number): string => JSON.stringify({ number, padding: 'x'.repeat(60_000) });
    const calls = Array.from({ length: 100 }, async (_, number) => {
      const answer = await fetch(`http://127.0.0.1:${portOf(app)}/echo`, { method: 'POST', body: body(number), headers: { 'content-type': 'application/json' } });
      expect(await answer.json()).toEqual({ traceId: answer.headers.get('x-trace-id'), number });
      return answer.headers.get('x-trace-id');
    });
    expect(new Set(await Promise.all(calls)).size).toBe(100);
    await app.close();
  });
});
