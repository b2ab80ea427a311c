import type { DeadLetterCode, DeadLetterReason } from '../envelope';
import type { EventDefinition } from '../events/registry';
import { type GatewayTopology, topicFor } from '../topics';
import type { Writer } from './read-envelope';

export interface WriterCheck {
  readonly event: EventDefinition;
  readonly writer: Writer;
  /** The topic that the message lies on, and the gateway in its name. */
  readonly topic: string;
  readonly topicGateway: string | null;
  /** The gateway in the key, or null where the event's key has none. */
  readonly keyGateway: string | null;
  readonly topology: GatewayTopology;
  readonly knowsGateway: (id: string) => boolean;
}

/**
 * Whether whoever `ce_source` names may have written this message here. A broker's rules bind a topic to a principal, not a header to
 * one: so a gateway must be the one that its topic belongs to, and what several could write to counts for none of them.
 * Null if so, else why not.
 */
export function checkWriter(check: WriterCheck): DeadLetterReason | null {
  const { event, writer, topicGateway, keyGateway, knowsGateway } = check;
  const fault = writer.kind === 'service' ? serviceFault(check) : gatewayFault(check);
  if (fault !== null) return fault;
  if (topicGateway !== null && keyGateway !== topicGateway) return no('KEY_MISMATCH', 'The key must begin with the gateway that the topic belongs to.');
  if (event.writers.gateways && keyGateway !== null && !knowsGateway(keyGateway)) {
    return no('GATEWAY_UNKNOWN', 'The gateway of the key is not in the registry of gateways: register it, or correct the key.');
  }
  return null;
}

const no = (code: DeadLetterCode, reason: string): DeadLetterReason => ({ code, reason });

const serviceFault = ({ event, writer }: WriterCheck): DeadLetterReason | null =>
  event.writers.services.includes(writer.name) ? null : no('ENVELOPE_INVALID', `The header ce_source must name a writer of ${event.topic}.`);

function gatewayFault({ event, writer, topic, keyGateway, topology, knowsGateway }: WriterCheck): DeadLetterReason | null {
  if (!event.writers.gateways) return no('ENVELOPE_INVALID', `The header ce_source must name a service: gateways do not write ${event.topic}.`);
  if (!knowsGateway(writer.name)) return no('GATEWAY_UNKNOWN', 'The gateway in ce_source is not in the registry of gateways: register it, or correct ce_source.');
  if (!topology.kafkaGateways.includes(writer.name)) {
    return no('GATEWAY_UNKNOWN', 'The gateway in ce_source is not registered for Kafka: allow it in the registry, or use REST.');
  }
  if (keyGateway !== writer.name) return no('KEY_MISMATCH', 'The key must begin with the gateway in ce_source, followed by a colon.');
  if (topicFor(event.topic, writer.name, topology) !== topic) return no('KEY_MISMATCH', 'The gateway in ce_source has a topic of its own: publish there.');
  return null;
}
