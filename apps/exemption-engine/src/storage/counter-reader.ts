import { Inject, Injectable } from '@nestjs/common';
import { type Counter, type CounterKind } from '@assent/domain-exemption';
import { fractionOf } from './fractions';
import { PrismaClient } from './prisma';

/** A counter as it stands, for people and dry runs: nobody decides by it. */
export interface ReadCounter {
  readonly kind: CounterKind;
  readonly currency: string;
  readonly counter: Counter;
  readonly updatedAt: Date;
}

@Injectable()
export class CounterReader {
  constructor(@Inject(PrismaClient) private readonly prisma: PrismaClient) {}

  /** The counters of an instrument, ordered by kind; none where it has not been seen. */
  async of(namespace: string, instrumentId: string): Promise<ReadCounter[]> {
    const rows = await this.prisma.counter.findMany({ where: { namespace, instrumentId }, orderBy: [{ kind: 'asc' }, { currency: 'asc' }] });
    return rows.map((row) => ({
      kind: row.kind === 'contactless' ? 'contactless' : 'lowValue',
      currency: row.currency,
      counter: {
        epoch: row.epoch,
        committed: { amount: fractionOf(row.committed.toFixed(), row.committedOver.toFixed()), count: row.committedCount },
        held: { amount: fractionOf(row.held.toFixed(), row.heldOver.toFixed()), count: row.heldCount },
      },
      updatedAt: row.updatedAt,
    }));
  }
}
