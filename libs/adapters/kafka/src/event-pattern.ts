import type { TopicName } from '@assent/contracts';
import { EventPattern as NestEventPattern } from '@nestjs/microservices';

/** Nest keeps it beside each handler: the topics of one decorator are one group. */
export const GROUP = 'group';

/**
 * Nest's own `@EventPattern`, held to the contract: the pattern is a topic's name, and the handler may say that its context is a
 * `BatchContext` (Nest's type would want `unknown` there). Of several topics, all that a transaction brings is handled in one call.
 */
export const EventPattern = (topic: TopicName | readonly TopicName[]): MethodDecorator => (typeof topic === 'string' ? onPattern(topic) : onPattern(topic, { [GROUP]: topic.join(' ') }));

const onPattern: (pattern: string | readonly string[], extras?: Readonly<Record<string, unknown>>) => MethodDecorator = NestEventPattern;
