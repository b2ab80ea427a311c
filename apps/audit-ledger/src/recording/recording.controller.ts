import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { type InboundEvent, TOPICS, type TopicName } from '@assent/contracts';
import { type BatchContext, EventPattern } from '@assent/kafka';
import { Recorder } from './recorder';

/** Every topic but the ledger's own. */
export const RECORDED_TOPICS: readonly TopicName[] = TOPICS.filter((name) => !name.startsWith('audit.'));

/** Whatever travels is recorded: whether a message fits the contract beyond its envelope is for its own consumers to judge. */
@Controller()
export class RecordingController {
  constructor(@Inject(Recorder) private readonly recorder: Recorder) {}

  @EventPattern(RECORDED_TOPICS)
  async record(@Payload() batch: InboundEvent[], @Ctx() context: BatchContext): Promise<void> {
    await this.recorder.record(batch, context.tx);
  }
}
