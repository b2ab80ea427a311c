import { Controller, Inject, Module } from '@nestjs/common';
import { ClientsModule, Payload } from '@nestjs/microservices';
import { decide } from '../messages';
import { RequestedBody } from './bodies';
import { keyOf } from './key-of';
import { OnEvent, producerOf, topic } from './kafka';
import { asJson, PrismaService } from './prisma.service';
import { Effects } from './publisher';

@Controller()
class EngineController {
  constructor(@Inject(Effects) private readonly effects: Effects) {}

  @OnEvent(topic('requested'))
  async requested(@Payload() request: RequestedBody): Promise<void> {
    const decided = decide(request);
    const key = keyOf(request.authenticationId);
    await this.effects.have({
      inbox: `requested:${key}`,
      state: (transaction) => transaction.decision.create({ data: { key, decision: decided.decision, payload: asJson(decided) } }),
      publish: { hop: 'decided', key, value: decided },
    });
  }
}

@Module({ imports: [ClientsModule.register([producerOf('engine')])], controllers: [EngineController], providers: [PrismaService, Effects] })
export class EngineModule {}
