import { Body, ConflictException, Controller, Inject, Injectable, Module, NotFoundException, Param, Post, Redirect } from '@nestjs/common';
import { ClientsModule, Payload } from '@nestjs/microservices';
import { createBody, type Decided, verdictOf, type Verdict, waiting } from '../messages';
import { peerSettings } from '../settings';
import { ConfirmBody, DecidedBody, VendorEventBody } from './bodies';
import { keyOf } from './key-of';
import { OnEvent, producerOf, topic } from './kafka';
import { isDuplicate, PrismaService } from './prisma.service';
import { Effects } from './publisher';

@Injectable()
class Sessions {
  private readonly settings = peerSettings();
  private readonly origin = `http://127.0.0.1:${this.settings.sessionPort}`;

  constructor(
    @Inject(PrismaService) private readonly prisma: PrismaService,
    @Inject(Effects) private readonly effects: Effects,
  ) {}

  async decided(decided: Decided): Promise<void> {
    const key = keyOf(decided.authenticationId);
    const inbox = `decided:${key}`;
    if (decided.decision === 'EXEMPT') return this.settle(inbox, key, verdictOf(decided, 'EXEMPT'));
    const { payer, payment } = decided.request;
    const link = waiting(decided, this.origin);
    await this.effects.have({
      inbox,
      state: (transaction) => transaction.intent.create({ data: { key, payerId: payer.id, amount: payment.amount, currency: payment.currency, status: link.status, payload: JSON.parse(JSON.stringify(decided)) as object } }),
      publish: { hop: 'session', key, value: link },
    });
  }

  async confirm(authenticationId: string, shown: string): Promise<string> {
    const key = keyOf(authenticationId);
    const intent = await this.prisma.intent.findUnique({ where: { key } });
    if (intent === null) throw new NotFoundException();
    try {
      await this.prisma.confirmation.create({ data: { key, shown } });
    } catch (error) {
      if (isDuplicate(error)) throw new ConflictException();
      throw error;
    }
    const body = JSON.stringify(createBody(intent.payload as unknown as Decided, this.settings.workflowId, `${this.origin}/done`));
    const response = await fetch(`${this.settings.vendorUrl}/v3/session/`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    if (!response.ok) throw new Error(`the vendor answered ${response.status}`);
    const created = (await response.json()) as { session_id: string; url: string };
    await this.prisma.vendorSession.create({ data: { id: created.session_id, key, url: created.url } });
    return created.url;
  }

  async reported({ eventId, vendorSessionId }: VendorEventBody): Promise<void> {
    const session = await this.prisma.vendorSession.findUnique({ where: { id: vendorSessionId }, include: { intent: true } });
    if (session === null) throw new Error('a webhook about a session that nobody opened');
    const response = await fetch(`${this.settings.vendorUrl}/v3/session/${vendorSessionId}/decision/`);
    if (!response.ok) throw new Error(`the vendor answered ${response.status}`);
    const { status } = (await response.json()) as { status: string };
    await this.settle(`event:${eventId}`, session.key, verdictOf(session.intent.payload as unknown as Decided, status === 'Approved' ? 'APPROVED' : 'DECLINED'));
  }

  private settle(inbox: string, key: string, verdict: Verdict): Promise<void> {
    return this.effects.have({
      inbox,
      state: (transaction) => transaction.verdict.create({ data: { key, outcome: verdict.outcome, payload: JSON.parse(JSON.stringify(verdict)) as object } }),
      publish: { hop: 'verdict', key, value: verdict },
    });
  }
}

@Controller()
class SessionController {
  constructor(@Inject(Sessions) private readonly sessions: Sessions) {}

  @OnEvent(topic('decided'))
  async decided(@Payload() decided: DecidedBody): Promise<void> {
    await this.sessions.decided(decided);
  }

  @OnEvent(topic('event'))
  async reported(@Payload() event: VendorEventBody): Promise<void> {
    await this.sessions.reported(event);
  }

  @Post('approve/:id/confirm')
  @Redirect()
  async confirm(@Param('id') id: string, @Body() { shown }: ConfirmBody): Promise<{ url: string; statusCode: number }> {
    return { url: await this.sessions.confirm(id, shown), statusCode: 303 };
  }
}

@Module({ imports: [ClientsModule.register([producerOf('session')])], controllers: [SessionController], providers: [PrismaService, Effects, Sessions] })
export class SessionModule {}
