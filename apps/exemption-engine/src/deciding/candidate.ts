import type { InboundEvent, ScaRequestedV1 } from '@assent/contracts';
import { assume, type Facts, type Policy } from '@assent/domain-exemption';
import type { Standing } from '../storage/authentication-table';
import type { CounterKey } from '../storage/counter-table';
import { factsOfRequest } from './facts-of-request';
import type { PlannedRequest } from './request-plan';

/** A request that is seen for the first time, ready to be decided. */
export interface Candidate {
  readonly event: InboundEvent<ScaRequestedV1>;
  readonly requestHash: string;
  readonly namespace: string;
  readonly policy: Policy;
  /** As the gateway said them and the policy assumes them; the engine's own facts are laid over them (`OwnFacts`). */
  readonly facts: Facts;
  /** Facts that the policy assumed, since the gateway did not say them. */
  readonly assumed: readonly string[];
  /** Whose counters it moves; null for what is no payment, or names no instrument. */
  readonly instrument: Standing['instrument'];
}

export function candidateOf({ event, requestHash }: Extract<PlannedRequest, { kind: 'first' }>, policy: Policy, namespace: string): Candidate {
  const { facts, assumed } = assume(factsOfRequest(event.body, policy), policy);
  const { instrumentId } = event.body.payer;
  if (event.body.action !== 'payment' || instrumentId === undefined) return { event, requestHash, namespace, policy, facts, assumed, instrument: null };
  return { event, requestHash, namespace, policy, facts, assumed, instrument: { namespace, instrumentId, currency: policy.profile.currency } };
}

/** The counter that a payment is in, or that its approval resets: that of its channel. */
export function countersOf({ facts, instrument }: Candidate): CounterKey[] {
  if (instrument === null) return [];
  return [{ ...instrument, kind: facts.channel === 'contactless_pos' || facts.channel === 'contact_pos' ? 'contactless' : 'lowValue' }];
}

export function gatewayOf({ gatewayId }: InboundEvent): string {
  if (gatewayId === null) throw new Error('invariant broken: the key of an authentication topic names a gateway');
  return gatewayId;
}
