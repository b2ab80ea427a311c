import { Inject, Injectable } from '@nestjs/common';
import type { InboundEvent, ScaRevokedV1, ScaVerdictV1 } from '@assent/contracts';
import { GatewayRegistry, type Secret } from '@assent/platform';
import type { Tx } from '@assent/postgres';
import { type Approval, applyApprovals, revokeApprovals } from '../payer-books/approvals';
import { Policies, type PolicyOf } from '../policies/policies';
import { type AuthenticationRecord, lockAuthentications, writeAuthentications } from '../storage/authentication-table';
import { CounterBook } from '../storage/counter-book';
import { readEffects } from '../storage/decided-table';
import { SUBJECT_REF_KEY } from '../subject-ref-key';
import { countersOfVerdict, isStrong, settleVerdict } from './settle';

/** Settles counters, lists and series by verdicts. There is one verdict for each authentication: only the first has an effect. */
@Injectable()
export class Verdicts {
  constructor(
    @Inject(GatewayRegistry) private readonly gateways: GatewayRegistry,
    @Inject(Policies) private readonly policies: Policies,
    @Inject(SUBJECT_REF_KEY) private readonly subjectRefKey: Secret<Buffer>,
  ) {}

  async settle(batch: readonly InboundEvent<ScaVerdictV1>[], tx: Tx): Promise<void> {
    const [{ records, nowMs }, policyOf] = await Promise.all([
      lockAuthentications(
        tx,
        batch.map(({ key }) => key),
        'known',
      ),
      this.policies.of(
        tx,
        batch.map(({ body }) => this.namespaceOf(body.gatewayId)),
      ),
    ]);
    const first = new Map<string, InboundEvent<ScaVerdictV1>>();
    for (const event of batch) if (records.get(event.key)?.verdict === null && !first.has(event.key)) first.set(event.key, event);
    const book = await CounterBook.lock(tx, [...first.keys()].flatMap((key) => countersOfRecord(records.get(key))));
    const settled: AuthenticationRecord[] = [];
    for (const { key, body } of first.values()) {
      const record = records.get(key);
      const { outcome, assurance, gatewayId } = body;
      if (record !== undefined) settled.push(settleVerdict(record, { outcome, assurance }, policyOf(this.namespaceOf(gatewayId)), book));
    }
    await Promise.all([writeAuthentications(tx, settled), book.write(tx)]);
    await applyApprovals(tx, await this.approvals([...first.values()], records, policyOf, nowMs, tx), this.subjectRefKey);
  }

  /** An approval that no longer stands: what it put on lists and into series exempts nothing any more. Counters stay: a new payment is a new decision. */
  async revoke(batch: readonly InboundEvent<ScaRevokedV1>[], tx: Tx): Promise<void> {
    const keys = batch.map(({ key }) => key);
    await lockAuthentications(tx, keys, 'known');
    await revokeApprovals(tx, keys);
  }

  /** Of requests that are known; what comes before its request takes effect together with it. */
  private async approvals(
    first: readonly InboundEvent<ScaVerdictV1>[],
    records: ReadonlyMap<string, AuthenticationRecord>,
    policyOf: PolicyOf,
    atMs: number,
    tx: Tx,
  ): Promise<Approval[]> {
    const approved = first.filter(({ key, body }) => body.outcome === 'APPROVED' && records.get(key)?.standing != null);
    const effects = await readEffects(
      tx,
      approved.map(({ key }) => key),
    );
    return approved.flatMap(({ key, body, id }): Approval[] => {
      const known = effects.get(key);
      return known === undefined ? [] : [{ key, ...known, sca: isStrong(body, policyOf(known.namespace)), atMs, causationId: id }];
    });
  }

  private namespaceOf(gatewayId: string): string {
    const namespace = this.gateways.namespaceOf(gatewayId);
    if (namespace === null) throw new Error('invariant broken: messages of unknown gateways are refused before they come here');
    return namespace;
  }
}

const countersOfRecord = (record: AuthenticationRecord | undefined) => (record === undefined ? [] : countersOfVerdict(record));
