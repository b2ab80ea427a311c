import { type DynamicModule, Module } from '@nestjs/common';
import { MessagingModule, type MessagingOptions } from '@assent/kafka';
import type { AuditLedgerConfig, GatewayRegistry } from '@assent/platform';
import { Checkpointer } from './checkpoints/checkpointer';
import { CheckpointSigning } from './checkpoints/checkpoint-signing';
import { EvidenceController } from './http/evidence.controller';
import { LogsController } from './http/logs.controller';
import { LedgerMetrics } from './ledger-metrics';
import { LogIdentity } from './log-identity';
import { EventPseudonyms } from './recording/event-facts';
import { Recorder } from './recording/recorder';
import { RecordingController } from './recording/recording.controller';
import { SubjectKeys } from './recording/subject-keys';
import { EvidenceReader } from './storage/evidence-reader';
import { LogOpening } from './storage/log-opening';
import { LogReader } from './storage/log-reader';
import { closePrismaAtShutdown, PrismaClient, prismaClient } from './storage/prisma';

@Module({})
export class AppModule {
  /** @param messaging what a test has otherwise: a consumer group of its own */
  static with(config: AuditLedgerConfig, gateways: GatewayRegistry, messaging: Partial<MessagingOptions> = {}): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({
          service: 'audit-ledger',
          databaseUrl: config.databaseUrl.reveal(),
          databaseSchema: config.databaseSchema,
          databasePoolMax: config.databasePoolMax,
          kafkaBrokers: config.kafkaBrokers,
          kafkaClientId: config.kafkaClientId,
          groupId: 'audit-ledger',
          topology: gateways.topology,
          knowsGateway: (id) => gateways.has(id),
          parseDepth: 'envelope',
          // Each topic has an owner that dead-letters what is unusable in it; the log is never that owner.
          deadLetters: [],
          ...messaging,
        }),
      ],
      controllers: [RecordingController, LogsController, EvidenceController],
      providers: [
        { provide: LogIdentity, useValue: LogIdentity.of(config) },
        { provide: SubjectKeys, useValue: new SubjectKeys(config.ledgerEncryptionKey) },
        { provide: EventPseudonyms, useValue: new EventPseudonyms(config.subjectRefKey, (id) => gateways.namespaceOf(id)) },
        { provide: PrismaClient, useValue: prismaClient(config) },
        closePrismaAtShutdown,
        LedgerMetrics,
        LogOpening,
        Recorder,
        CheckpointSigning,
        Checkpointer,
        LogReader,
        EvidenceReader,
      ],
    };
  }
}
