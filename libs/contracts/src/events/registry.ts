import type { TopicName } from '../topics';
import type { WireClass } from '../fields';
import { AuditCheckpointV1 } from './audit-checkpoint.v1';
import { AuditEntryV1 } from './audit-entry.v1';
import { ComplianceEventV1 } from './compliance-event.v1';
import { DiditEventV1 } from './didit-event.v1';
import type { EventType } from './event-types';
import { PaymentOutcomeV1 } from './payment-outcome.v1';
import { ScaDecidedV1 } from './sca-decided.v1';
import { ScaEvidenceV1 } from './sca-evidence.v1';
import { ScaRedeemedV1 } from './sca-redeemed.v1';
import { ScaRequestedV1 } from './sca-requested.v1';
import { ScaRevokedV1 } from './sca-revoked.v1';
import { ScaSessionV1 } from './sca-session.v1';
import { ScaVerdictV1 } from './sca-verdict.v1';

/** How a message's key is made: what must be in order is on one key. */
export type KeyForm =
  /** `<gatewayId>:<authenticationId>` */
  | 'authentication'
  /** `<gatewayId>:<instrumentId>` */
  | 'instrument'
  /** The vendor session's id. */
  | 'vendor-session'
  /** The gateways' namespace. */
  | 'namespace'
  /** The log's id. */
  | 'log';

/** Who may write an event: gateways about themselves, or services by name. */
export interface Writers {
  readonly gateways: boolean;
  readonly services: readonly string[];
}

export interface EventDefinition {
  readonly type: EventType;
  readonly topic: TopicName;
  readonly body: WireClass;
  readonly writers: Writers;
  readonly key: KeyForm;
  /** `closed`: a field that the class does not know is refused. Everywhere else consumers ignore such fields. */
  readonly fields: 'closed' | 'open';
}

const by = (...services: string[]): Writers => ({ gateways: false, services });

type Definition = (type: EventType, topic: TopicName, body: WireClass, writers: Writers, key: KeyForm, fields?: 'closed' | 'open') => EventDefinition;
const event: Definition = (type, topic, body, writers, key, fields = 'open') => ({ type, topic, body, writers, key, fields });

const GATEWAYS_AND_REST: Writers = { gateways: true, services: ['auth-session'] };
const GATEWAYS: Writers = { gateways: true, services: [] };

/** Every event of version 1: its topic, its body, who writes it and how it is keyed. */
export const EVENTS: Readonly<Record<EventType, EventDefinition>> = {
  'sca.requested.v1': event('sca.requested.v1', 'sca.requested', ScaRequestedV1, GATEWAYS_AND_REST, 'authentication', 'closed'),
  'sca.decided.v1': event('sca.decided.v1', 'sca.decided', ScaDecidedV1, by('exemption-engine'), 'authentication'),
  'sca.session.v1': event('sca.session.v1', 'sca.session', ScaSessionV1, by('auth-session'), 'authentication'),
  'sca.verdict.v1': event('sca.verdict.v1', 'sca.verdict', ScaVerdictV1, by('auth-session'), 'authentication'),
  'sca.revoked.v1': event('sca.revoked.v1', 'sca.revoked', ScaRevokedV1, by('auth-session'), 'authentication'),
  'sca.redeemed.v1': event('sca.redeemed.v1', 'sca.redeemed', ScaRedeemedV1, by('auth-session'), 'authentication'),
  'sca.evidence.v1': event('sca.evidence.v1', 'sca.evidence', ScaEvidenceV1, by('auth-session'), 'authentication'),
  'compliance.event.v1': event('compliance.event.v1', 'compliance.event', ComplianceEventV1, by('exemption-engine'), 'namespace'),
  'didit.event.v1': event('didit.event.v1', 'didit.event', DiditEventV1, by('webhook-ingest'), 'vendor-session'),
  'payment.outcome.v1': event('payment.outcome.v1', 'payment.outcome', PaymentOutcomeV1, GATEWAYS, 'instrument'),
  'audit.entry.v1': event('audit.entry.v1', 'audit.entry', AuditEntryV1, by('audit-ledger'), 'log'),
  'audit.checkpoint.v1': event('audit.checkpoint.v1', 'audit.checkpoint', AuditCheckpointV1, by('audit-ledger'), 'log'),
};

const byTopic: ReadonlyMap<TopicName, EventDefinition> = new Map(Object.values(EVENTS).map((event) => [event.topic, event]));

/** The event that a topic carries. */
export function eventOf(topic: TopicName): EventDefinition {
  const event = byTopic.get(topic);
  if (event === undefined) throw new Error(`no event for topic ${topic}`);
  return event;
}

/** What a gateway writes is bounded as the interface says. Ours may be larger: a verdict carries a request's batch twice, plain and in the code. */
const GATEWAY_VALUE_BYTES_MAX = 64 * 1024;
const SERVICE_VALUE_BYTES_MAX = 256 * 1024;
export const valueBytesMax = ({ writers }: EventDefinition): number => (writers.gateways ? GATEWAY_VALUE_BYTES_MAX : SERVICE_VALUE_BYTES_MAX);

