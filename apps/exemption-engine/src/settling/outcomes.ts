import { Inject, Injectable } from '@nestjs/common';
import type { InboundEvent, PaymentOutcomeV1 } from '@assent/contracts';
import { authenticationKey, canonicalHash } from '@assent/kernel';
import type { BatchContext } from '@assent/kafka';
import { GatewayRegistry } from '@assent/platform';
import { ExemptionMetrics } from '../exemption-metrics';
import { Policies, type PolicyOf } from '../policies/policies';
import { type AuthenticationRecord, type Locked, lockAuthentications, writeAuthentications } from '../storage/authentication-table';
import { CounterBook } from '../storage/counter-book';
import type { CounterKey } from '../storage/counter-table';
import { keepOutcomes, moneyOf, outcomeIdentity, type ReportedOutcome } from '../storage/outcome-table';
import { countersOfOutcome, moveByStray, settleOutcome, strayMove, type StrayMove } from './settle';

interface Reported {
  readonly event: InboundEvent<PaymentOutcomeV1>;
  readonly outcome: ReportedOutcome;
}

const UNKNOWN: Locked = { records: new Map(), nowMs: 0 };

/** Keeps what gateways report about payments, once for each `outcomeId`, and settles the counters by it. */
@Injectable()
export class Outcomes {
  constructor(
    @Inject(GatewayRegistry) private readonly gateways: GatewayRegistry,
    @Inject(Policies) private readonly policies: Policies,
    @Inject(ExemptionMetrics) private readonly metrics: ExemptionMetrics,
  ) {}

  async settle(batch: readonly InboundEvent<PaymentOutcomeV1>[], context: BatchContext): Promise<void> {
    const { tx } = context;
    const fresh = await this.keep(
      batch.map((event) => this.read(event)),
      context,
    );
    const keys = fresh.flatMap(({ outcome }) => outcome.authenticationKey ?? []);
    const [{ records, nowMs }, policyOf] = await Promise.all([
      keys.length === 0 ? UNKNOWN : lockAuthentications(tx, keys, 'known'),
      this.policies.of(
        tx,
        fresh.map(({ outcome }) => outcome.namespace),
      ),
    ]);
    const strays = new Map(fresh.flatMap(({ outcome }) => strayOf(outcome, policyOf)).map((stray) => [stray.outcome, stray]));
    const book = await CounterBook.lock(tx, [...[...records.values()].flatMap(countersOfOutcome), ...[...strays.values()].map(({ counter }) => counter)]);
    const settled = new Map<string, AuthenticationRecord>();
    for (const { outcome } of fresh) {
      const { kind, amount, currency } = outcome.body;
      const policy = policyOf(outcome.namespace);
      const money = moneyOf(amount, currency);
      const stray = strays.get(outcome);
      if (stray !== undefined) moveByStray(stray.counter, stray.move, money, policy, book);
      const key = outcome.authenticationKey;
      const record = key === null ? undefined : (settled.get(key) ?? records.get(key));
      if (record !== undefined) settled.set(record.key, { ...settleOutcome(record, { kind, money }, policy, book), outcomeAtMs: record.outcomeAtMs ?? nowMs });
    }
    await Promise.all([writeAuthentications(tx, [...settled.values()]), book.write(tx)]);
    tx.afterCommit(() => fresh.forEach(({ outcome }) => this.metrics.outcome(outcome.body.kind)));
  }

  private read(event: InboundEvent<PaymentOutcomeV1>): Reported {
    const { gatewayId, body } = event;
    const namespace = gatewayId === null ? null : this.gateways.namespaceOf(gatewayId);
    if (gatewayId === null || namespace === null) throw new Error('invariant broken: messages of unknown gateways are refused before they come here');
    const id = body.authenticationId ?? null;
    return {
      event,
      outcome: { gatewayId, namespace, authenticationKey: id === null ? null : authenticationKey(gatewayId, id), contentHash: canonicalHash(body), body },
    };
  }

  /** The outcomes that are new, in order. The same again is nothing; the same id with other content is refused. */
  private async keep(reported: readonly Reported[], context: BatchContext): Promise<Reported[]> {
    const identity = ({ outcome }: Reported): string => outcomeIdentity(outcome.gatewayId, outcome.body.outcomeId);
    const first = new Map<string, Reported>();
    for (const item of reported) if (!first.has(identity(item))) first.set(identity(item), item);
    const kept = await keepOutcomes(
      context.tx,
      [...first.values()].map(({ outcome }) => outcome),
    );
    return reported.filter((item) => {
      const known = kept.get(identity(item));
      if (known === undefined) throw new Error('invariant broken: an outcome that is not new is known');
      if (known.contentHash !== item.outcome.contentHash) {
        context.deadLetter(
          item.event,
          'REQUEST_CONFLICT',
          'outcomeId was used before with other content: give every outcome an id of its own. The first one stands.',
        );
        return false;
      }
      return known.isNew && first.get(identity(item)) === item;
    });
  }
}

function strayOf(outcome: ReportedOutcome, policyOf: PolicyOf): { outcome: ReportedOutcome; move: StrayMove; counter: CounterKey }[] {
  if (outcome.authenticationKey !== null) return [];
  const policy = policyOf(outcome.namespace);
  const move = strayMove(outcome.body, policy);
  if (move === null) return [];
  const { namespace, body } = outcome;
  return [{ outcome, move, counter: { namespace, instrumentId: body.instrumentId, kind: move.kind, currency: policy.profile.currency } }];
}
