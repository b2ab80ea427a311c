import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Body, type CanActivate, Controller, type ExecutionContext, HttpCode, Inject, Injectable, Module, Post, type RawBodyRequest, Req, UnauthorizedException, UseGuards } from '@nestjs/common';
import { ClientsModule } from '@nestjs/microservices';
import type { VendorEvent } from '../messages';
import { peerSettings } from '../settings';
import { WebhookBody } from './bodies';
import { producerOf } from './kafka';
import { PrismaService } from './prisma.service';
import { Effects } from './publisher';

/** The vendor's recipe for `X-Signature-V2`: whole numbers without a fraction, keys sorted, then JSON again. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value === 'number') return Number.isInteger(value) ? Math.trunc(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Record<string, unknown>;
  return Object.fromEntries(Object.keys(members).sort().map((key) => [key, canonical(members[key])]));
}

const FRESH_SECONDS = 300;

@Injectable()
class SignatureGuard implements CanActivate {
  private readonly secret = peerSettings().webhookSecret;

  canActivate(context: ExecutionContext): boolean {
    const { rawBody, headers } = context.switchToHttp().getRequest<RawBodyRequest<IncomingMessage>>();
    const body = JSON.parse(rawBody?.toString('utf8') ?? '') as { timestamp: number };
    const expected = Buffer.from(createHmac('sha256', this.secret).update(JSON.stringify(canonical(body)), 'utf8').digest('hex'));
    const given = Buffer.from(String(headers['x-signature-v2'] ?? ''));
    const sent = Number(headers['x-timestamp']);
    const fresh = sent === body.timestamp && Math.abs(Date.now() / 1000 - sent) <= FRESH_SECONDS;
    if (!fresh || given.length !== expected.length || !timingSafeEqual(given, expected)) throw new UnauthorizedException();
    return true;
  }
}

@Controller('webhooks')
class IngestController {
  constructor(@Inject(Effects) private readonly effects: Effects) {}

  @Post('didit')
  @HttpCode(200)
  @UseGuards(SignatureGuard)
  async receive(@Body() hook: WebhookBody, @Req() { rawBody }: RawBodyRequest<IncomingMessage>): Promise<{ received: boolean }> {
    const raw = rawBody ?? Buffer.alloc(0);
    const { event_id: eventId, webhook_type: webhookType, session_id: vendorSessionId, status, created_at: createdAt } = hook;
    const bodySha256 = createHash('sha256').update(raw).digest('hex');
    const event: VendorEvent = { eventId, webhookType, vendorSessionId, status, createdAt, receivedAt: new Date().toISOString(), bodySha256, verifiedBy: 'X-Signature-V2' };
    await this.effects.have({
      inbox: null,
      state: (transaction) => transaction.webhook.create({ data: { eventId, vendorSessionId, status, body: raw.toString('utf8') } }),
      publish: { hop: 'event', key: vendorSessionId, value: event },
    });
    return { received: true };
  }
}

@Module({ imports: [ClientsModule.register([producerOf('ingest')])], controllers: [IngestController], providers: [PrismaService, Effects, SignatureGuard] })
export class IngestModule {}
