import { Inject, Injectable } from '@nestjs/common';
import type { InboundEvent, ScaVerdictV1 } from '@assent/contracts';
import type { Tx } from '@assent/postgres';
import { Policies } from '../deciding/policies';
import { type AuthenticationRecord, lockAuthentications, writeAuthentications } from '../storage/authentication-table';
import { CounterBook } from '../storage/counter-book';
import { countersOfVerdict, settleVerdict } from './settle';

/** Settles counters by verdicts. There is one verdict for each authentication: only the first has an effect. */
@Injectable()
export class Verdicts {
  constructor(@Inject(Policies) private readonly policies: Policies) {}

  async settle(batch: readonly InboundEvent<ScaVerdictV1>[], tx: Tx): Promise<void> {
    const { records } = await lockAuthentications(
      tx,
      batch.map(({ key }) => key),
      'known',
    );
    const book = await CounterBook.lock(tx, [...records.values()].filter(({ verdict }) => verdict === null).flatMap(countersOfVerdict));
    const policy = this.policies.current();
    const settled = new Map<string, AuthenticationRecord>();
    for (const { key, body } of batch) {
      const record = records.get(key);
      if (record === undefined || record.verdict !== null || settled.has(key)) continue;
      settled.set(key, settleVerdict(record, { outcome: body.outcome, assurance: body.assurance }, policy, book));
    }
    await Promise.all([writeAuthentications(tx, [...settled.values()]), book.write(tx)]);
  }
}
