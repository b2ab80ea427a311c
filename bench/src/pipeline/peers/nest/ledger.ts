import { createHash } from 'node:crypto';
import { Controller, Inject, Module } from '@nestjs/common';
import { ClientsModule, Ctx, type KafkaContext, Payload } from '@nestjs/microservices';
import { HOPS } from '../settings';
import { OnEvent, producerOf, topic } from './kafka';
import { asJson, PrismaService } from './prisma.service';
import { Effects } from './publisher';

@Controller()
class LedgerController {
  constructor(@Inject(Effects) private readonly effects: Effects) {}

  @OnEvent(HOPS.map(topic))
  async recorded(@Payload() value: Record<string, unknown>, @Ctx() context: KafkaContext): Promise<void> {
    const name = context.getTopic();
    const key = String(context.getMessage().key);
    await this.effects.have({
      inbox: `${name}:${key}`,
      state: (transaction) => transaction.leaf.create({ data: { topic: name, key, hash: createHash('sha256').update(JSON.stringify(value)).digest('hex'), value: asJson(value) } }),
      publish: null,
    });
  }
}

@Module({ imports: [ClientsModule.register([producerOf('ledger')])], controllers: [LedgerController], providers: [PrismaService, Effects] })
export class LedgerModule {}
