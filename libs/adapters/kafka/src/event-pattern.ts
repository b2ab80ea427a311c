import type { TopicName } from '@assent/contracts';
import { EventPattern as NestEventPattern } from '@nestjs/microservices';

/**
 * Nest's own `@EventPattern`, held to the contract: the pattern is a topic's name, and the handler may say that its context is a
 * `BatchContext` (Nest's type would want `unknown` there).
 */
export const EventPattern: (topic: TopicName) => MethodDecorator = NestEventPattern;
