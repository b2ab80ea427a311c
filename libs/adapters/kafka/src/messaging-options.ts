import type { GatewayTopology, TopicName } from '@assent/contracts';

export interface MessagingOptions {
  /** Name of the service: `/services/<name>` is the source of its events. */
  readonly service: string;
  readonly databaseUrl: string;
  readonly databaseSchema: string;
  readonly databasePoolMax: number;
  readonly kafkaBrokers: readonly string[];
  readonly kafkaClientId: string;
  /** The consumer group; the same for all replicas of a service. */
  readonly groupId: string;
  readonly topology: GatewayTopology;
  readonly knowsGateway: (gatewayId: string) => boolean;
  /** `envelope`: the body is not looked into (the ledger keeps every message as it is). */
  readonly parseDepth: 'full' | 'envelope';
  /** Topics whose unusable messages this service dead-letters: exactly one service for each topic. */
  readonly deadLetters: readonly TopicName[];
}
