import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { InboundEvent, PaymentOutcomeV1, ScaRequestedV1, ScaRevokedV1, ScaVerdictV1 } from '@assent/contracts';
import { type BatchContext, EventPattern } from '@assent/kafka';
import { Decider } from './deciding/decider';
import { Outcomes } from './settling/outcomes';
import { Verdicts } from './settling/verdicts';

/** What this service consumes. */
@Controller()
export class MessagesController {
  constructor(
    @Inject(Decider) private readonly decider: Decider,
    @Inject(Verdicts) private readonly verdicts: Verdicts,
    @Inject(Outcomes) private readonly outcomes: Outcomes,
  ) {}

  @EventPattern('sca.requested')
  async requested(@Payload() batch: InboundEvent<ScaRequestedV1>[], @Ctx() context: BatchContext): Promise<void> {
    await this.decider.decide(batch, context);
  }

  @EventPattern('sca.verdict')
  async verdict(@Payload() batch: InboundEvent<ScaVerdictV1>[], @Ctx() context: BatchContext): Promise<void> {
    await this.verdicts.settle(batch, context.tx);
  }

  @EventPattern('sca.revoked')
  async revoked(@Payload() batch: InboundEvent<ScaRevokedV1>[], @Ctx() context: BatchContext): Promise<void> {
    await this.verdicts.revoke(batch, context.tx);
  }

  @EventPattern('payment.outcome')
  async outcome(@Payload() batch: InboundEvent<PaymentOutcomeV1>[], @Ctx() context: BatchContext): Promise<void> {
    await this.outcomes.settle(batch, context);
  }
}
