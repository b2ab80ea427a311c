import { type ClientProviderOptions, EventPattern, type KafkaOptions, Transport } from '@nestjs/microservices';
import { type Hop, peerSettings, type Role, topicOf } from '../settings';

const settings = peerSettings();

export const KAFKA = Symbol('Kafka client');
export const topic = (hop: Hop): string => topicOf(hop, settings);

/** Nest's own transport with the one setting that its default makes unusable: kafkajs waits up to 5 s for more messages. */
export const consumerOf = (role: Role): KafkaOptions => ({
  transport: Transport.KAFKA,
  options: {
    client: { clientId: role, brokers: [...settings.brokers] },
    consumer: { groupId: `bench.${settings.run}.${role}`, maxWaitTimeInMs: 50 },
    subscribe: { fromBeginning: true },
  },
});

export const producerOf = (role: Role): ClientProviderOptions => ({ name: KAFKA, transport: Transport.KAFKA, options: { client: { clientId: role, brokers: [...settings.brokers] }, producerOnlyMode: true } });

/** Nest's own decorator; its type would have every handler take `unknown`. */
export const OnEvent: (pattern: string | readonly string[]) => MethodDecorator = EventPattern;
