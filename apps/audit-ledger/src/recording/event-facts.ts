import type { InboundEvent } from '@assent/contracts';
import { isOpenAuthentication, isSubjectRef, isUuid } from '@assent/domain-ledger';
import { AUTHENTICATION_ID_PATTERN, splitAuthenticationKey } from '@assent/kernel';
import { type Secret, subjectRef } from '@assent/platform';

/** What the log says an event is about, and whose secret protects it. */
export interface EventFacts {
  readonly gateway: string | null;
  readonly authentication: string | null;
  readonly vendorSession: string | null;
  /** Keyed pseudonym of the payer. */
  readonly subjectRef: string | null;
  /** Whose secret commits to the event and seals it (`subject_key.holder`). */
  readonly holder: string;
}

const PAYER_ID_MAX = 128;

/** Derives pseudonyms of payers as our services do for `subjectref`. */
export class EventPseudonyms {
  constructor(
    private readonly key: Secret<Buffer>,
    private readonly namespaceOf: (gatewayId: string) => string | null,
  ) {}

  /** Null where the gateway or the payer is unknown: the message need not fit the contract to be recorded. */
  of(gatewayId: string | null, payerId: unknown): string | null {
    const namespace = gatewayId === null ? null : this.namespaceOf(gatewayId);
    if (namespace === null || typeof payerId !== 'string' || payerId === '' || payerId.length > PAYER_ID_MAX) return null;
    return subjectRef(this.key, namespace, payerId);
  }
}

/**
 * Everything here is checked against a closed form or made by us. In particular the header `subjectref` counts only on topics that gateways cannot write:
 * theirs is derived from the payer in the body, so that nobody can put an event under another's pseudonym, or a name into a leaf.
 */
export function factsOf(event: InboundEvent, pseudonyms: EventPseudonyms): EventFacts {
  const subject = aboutWhom(event, pseudonyms);
  return { ...subject, holder: holderOf(subject, event.brokerTimeMs) };
}

type Subject = Omit<EventFacts, 'holder'>;

function aboutWhom(event: InboundEvent, pseudonyms: EventPseudonyms): Subject {
  const stated = event.subjectRef !== null && isSubjectRef(event.subjectRef) ? event.subjectRef : null;
  switch (event.type) {
    case 'sca.requested.v1': {
      const payer = memberOf(bodyOf(event), 'payer');
      return { ...ofKey(event), vendorSession: null, subjectRef: pseudonyms.of(event.gatewayId, memberOf(payer, 'id')) };
    }
    case 'payment.outcome.v1': {
      const body = bodyOf(event);
      const authentication = memberOf(body, 'authenticationId');
      return {
        gateway: event.gatewayId,
        authentication: typeof authentication === 'string' && AUTHENTICATION_ID_PATTERN.test(authentication) ? authentication : null,
        vendorSession: null,
        subjectRef: pseudonyms.of(event.gatewayId, memberOf(body, 'payerId')),
      };
    }
    case 'sca.session.v1':
      return { ...ofKey(event), vendorSession: uuidOrNull(memberOf(bodyOf(event), 'vendorSessionId')), subjectRef: stated };
    case 'didit.event.v1':
      return { gateway: null, authentication: null, vendorSession: uuidOrNull(event.key), subjectRef: stated };
    case 'compliance.event.v1':
      return { gateway: null, authentication: null, vendorSession: null, subjectRef: stated };
    default:
      return { ...ofKey(event), vendorSession: null, subjectRef: stated };
  }
}

function ofKey(event: InboundEvent): { gateway: string | null; authentication: string | null } {
  const parts = splitAuthenticationKey(event.key);
  return { gateway: parts?.gatewayId ?? event.gatewayId, authentication: parts?.authenticationId ?? null };
}

/** The narrowest group of people there is: erasing a group's secret erases everything under it. */
function holderOf({ gateway, authentication, vendorSession, subjectRef: ref }: Subject, brokerTimeMs: number): string {
  if (ref !== null) return `subject:${ref}`;
  if (gateway !== null && authentication !== null && isOpenAuthentication(authentication)) return `authentication:${gateway}:${authentication}`;
  if (vendorSession !== null) return `vendor-session:${vendorSession}`;
  return `month:${new Date(brokerTimeMs).toISOString().slice(0, 7)}`;
}

/** The body as JSON, or null: the owner of the topic judges it, the log records it as it is. */
function bodyOf(event: InboundEvent): unknown {
  try {
    return event.raw.value === null ? null : (JSON.parse(event.raw.value.toString('utf8')) as unknown);
  } catch {
    return null;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : null;
}

const uuidOrNull = (value: unknown): string | null => (typeof value === 'string' && isUuid(value) ? value.toLowerCase() : null);
