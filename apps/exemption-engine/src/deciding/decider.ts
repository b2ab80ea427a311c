import { Inject, Injectable } from '@nestjs/common';
import { causedBy, type InboundEvent, type ScaDecidedV1, type ScaRequestedV1 } from '@assent/contracts';
import type { BatchContext } from '@assent/kafka';
import { GatewayRegistry, type Secret, subjectRef } from '@assent/platform';
import { ExemptionMetrics } from '../exemption-metrics';
import { applyApprovals } from '../payer-books/approvals';
import { Policies } from '../policies/policies';
import { SUBJECT_REF_KEY } from '../subject-ref-key';
import { lockAuthentications, writeAuthentications } from '../storage/authentication-table';
import { CounterBook } from '../storage/counter-book';
import { keepDecided, readDecided } from '../storage/decided-table';
import { readWaitingOutcomes } from '../storage/outcome-table';
import { type Candidate, candidateOf, countersOf, gatewayOf } from './candidate';
import { DecisionBatch } from './decision-batch';
import { OwnFacts } from './own-facts';
import { planRequests } from './request-plan';
import { judgeSoftDeclines } from './soft-declines';

const NOT_ON_THE_LIST = "returnUrl is not on the gateway's list: send an https URL whose origin stands in returnOrigins of the registry.";
const OTHER_CONTENT = 'authenticationId was used before with other content: give every new request an id of its own. The first request goes on.';

/**
 * Decides whole batches: who asks first is decided on counters that are locked, in the order of the messages; who asks the same again
 * gets the same answer; who asks something else under the same id is refused.
 */
@Injectable()
export class Decider {
  constructor(
    @Inject(GatewayRegistry) private readonly gateways: GatewayRegistry,
    @Inject(Policies) private readonly policies: Policies,
    @Inject(ExemptionMetrics) private readonly metrics: ExemptionMetrics,
    @Inject(SUBJECT_REF_KEY) private readonly subjectRefKey: Secret<Buffer>,
  ) {}

  async decide(events: readonly InboundEvent<ScaRequestedV1>[], context: BatchContext): Promise<void> {
    const accepted = events.filter((event) => this.accepts(event, context));
    if (accepted.length === 0) return;
    const batch = await this.begin(accepted, context);
    for (const planned of batch.plan) {
      const { event } = planned;
      if (planned.kind === 'conflict') {
        context.deadLetter(event, 'REQUEST_CONFLICT', OTHER_CONTENT);
        continue;
      }
      const decision = planned.kind === 'first' ? batch.decide(event.key) : null;
      this.publish(event, batch.nextPublication(event.key), context);
      context.tx.afterCommit(() => (decision === null ? this.metrics.repeated() : this.metrics.decided(decision)));
    }
    await Promise.all([writeAuthentications(context.tx, batch.changed()), batch.book.write(context.tx), keepDecided(context.tx, [...batch.decided.values()])]);
    await applyApprovals(context.tx, batch.approvals, this.subjectRefKey);
  }

  /** Locks everything that the batch may touch, in the order that all transactions keep: authentications, then counters. */
  private async begin(accepted: readonly InboundEvent<ScaRequestedV1>[], { tx }: BatchContext): Promise<DecisionBatch> {
    const keys = accepted.map(({ key }) => key);
    // Both leave in one write.
    const [{ records, nowMs }, policyOf] = await Promise.all([
      lockAuthentications(tx, keys, 'new'),
      this.policies.of(tx, accepted.map((event) => this.namespaceOf(event))),
    ]);
    const plan = planRequests(accepted, records);
    const first = plan.flatMap((planned): Candidate[] => {
      if (planned.kind !== 'first') return [];
      const namespace = this.namespaceOf(planned.event);
      return [candidateOf(planned, policyOf(namespace), namespace)];
    });
    const candidates = new Map(first.map((candidate) => [candidate.event.key, candidate]));
    const repeated = plan.filter(({ kind, event }) => kind === 'again' && !candidates.has(event.key)).map(({ event }) => event.key);
    const early = [...candidates.keys()].filter((key) => (records.get(key)?.outcomeAtMs ?? null) !== null);
    const softDeclines = await judgeSoftDeclines(tx, first);
    const [book, known, waiting, ownFacts] = await Promise.all([
      CounterBook.lock(tx, first.flatMap(countersOf)),
      readDecided(tx, repeated),
      readWaitingOutcomes(tx, early),
      OwnFacts.read(tx, first, policyOf, nowMs),
    ]);
    return new DecisionBatch({ ownFacts, softDeclines, nowMs, plan, candidates, records, book, known, waiting });
  }

  /** The registry is known here too: a return address that is not on the gateway's list is refused before it takes an identity. */
  private accepts(event: InboundEvent<ScaRequestedV1>, context: BatchContext): boolean {
    const { returnUrl } = event.body;
    if (returnUrl === undefined || this.gateways.get(gatewayOf(event))?.allowsReturn(returnUrl) === true) return true;
    context.deadLetter(event, 'BODY_INVALID', NOT_ON_THE_LIST);
    return false;
  }

  private publish(
    event: InboundEvent<ScaRequestedV1>,
    { body, sequence }: { readonly body: ScaDecidedV1; readonly sequence: number },
    { tx }: BatchContext,
  ): void {
    tx.publish({
      type: 'sca.decided.v1',
      key: event.key,
      gatewayId: body.gatewayId,
      subject: body.authenticationId,
      body,
      ...causedBy(event),
      sequence,
      subjectRef: subjectRef(this.subjectRefKey, this.namespaceOf(event), body.request.payer.id),
    });
  }

  private namespaceOf(event: InboundEvent): string {
    const namespace = this.gateways.namespaceOf(gatewayOf(event));
    if (namespace === null) throw new Error('invariant broken: messages of unknown gateways are refused before they come here');
    return namespace;
  }
}
