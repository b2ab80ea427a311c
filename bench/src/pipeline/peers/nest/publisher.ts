import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ClientKafka } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { type Hop, peerSettings, type Role } from '../settings';
import { KAFKA, topic } from './kafka';
import { asJson, isDuplicate, PrismaService, type Transaction } from './prisma.service';

const POLL_MS = 100;
const ROWS_MAX = 200;

export interface Effect {
  /** Unique for the message that causes it; null where the state row's own key says as much. */
  readonly inbox: string | null;
  /** Writes the state. */
  readonly state: (transaction: Transaction) => Promise<unknown>;
  readonly publish: { readonly hop: Hop; readonly key: string; readonly value: object } | null;
}

/**
 * How a message has its effect. The usual way: the row is created, then the next message emitted; whatever happens in between, happens. With care: inbox,
 * state and outbox rows in one transaction, and a relay that looks every 100 ms.
 */
@Injectable()
export class Effects implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(Effects.name);
  private readonly careful = peerSettings().careful;
  private readonly role = process.argv[2] as Role;
  private timer: NodeJS.Timeout | undefined;
  private relaying = false;

  constructor(
    @Inject(PrismaService) private readonly prisma: PrismaService,
    @Inject(KAFKA) private readonly kafka: ClientKafka,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.kafka.connect();
    if (this.careful) this.timer = setInterval(() => void this.relay(), POLL_MS);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  async have(effect: Effect): Promise<void> {
    try {
      if (this.careful) await this.prisma.$transaction((transaction) => this.carefully(transaction, effect));
      else {
        await effect.state(this.prisma);
        if (effect.publish !== null) this.emit(effect.publish);
      }
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
  }

  private async carefully(transaction: Transaction, { inbox, state, publish }: Effect): Promise<void> {
    if (inbox !== null) await transaction.inbox.create({ data: { consumer: this.role, messageId: inbox } });
    await state(transaction);
    if (publish !== null) await transaction.outbox.create({ data: { service: this.role, topic: topic(publish.hop), key: publish.key, value: asJson(publish.value) } });
  }

  private emit({ hop, key, value }: NonNullable<Effect['publish']>): void {
    this.kafka.emit(topic(hop), { key, value: { ...value } }).subscribe({ error: (error: unknown) => this.logger.error(error) });
  }

  private async relay(): Promise<void> {
    if (this.relaying) return;
    this.relaying = true;
    try {
      while ((await this.relayOnce()) === ROWS_MAX);
    } catch (error) {
      this.logger.error(error);
    } finally {
      this.relaying = false;
    }
  }

  private async relayOnce(): Promise<number> {
    const rows = await this.prisma.outbox.findMany({ where: { service: this.role, publishedAt: null }, orderBy: { id: 'asc' }, take: ROWS_MAX });
    for (const [name, group] of Map.groupBy(rows, (row) => row.topic)) {
      await lastValueFrom(this.kafka.emitBatch(name, { messages: group.map(({ key, value }) => ({ key, value })) }), { defaultValue: undefined });
    }
    if (rows.length > 0) await this.prisma.outbox.updateMany({ where: { id: { in: rows.map(({ id }) => id) } }, data: { publishedAt: new Date() } });
    return rows.length;
  }
}
