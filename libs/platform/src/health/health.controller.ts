import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Metrics } from '../metrics/metrics';
import { LivenessRegistry } from './liveness';
import { ReadinessRegistry } from './readiness';

/** What operators' machinery asks: restart me? send me requests? how am I doing? Names of checks only, no details. */
@ApiExcludeController()
@Controller()
export class HealthController {
  constructor(
    @Inject(LivenessRegistry) private readonly liveness: LivenessRegistry,
    @Inject(ReadinessRegistry) private readonly readiness: ReadinessRegistry,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  live(@Res() reply: FastifyReply): void {
    const { alive, checks } = this.liveness.report();
    void reply.status(alive ? 200 : 503).send({ status: alive ? 'ok' : 'failing', checks });
  }

  @Get('health/ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const { ready, checks } = await this.readiness.report();
    await reply.status(ready ? 200 : 503).send({ status: ready ? 'ok' : 'failing', checks });
  }

  @Get('metrics')
  async scrape(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('content-type', this.metrics.contentType).send(await this.metrics.text());
  }
}
