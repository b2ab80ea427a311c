import { type DynamicModule, Module } from '@nestjs/common';
import { MessagingModule } from '@assent/kafka';
import type { ExemptionEngineConfig, GatewayRegistry } from '@assent/platform';
import { Decider } from './deciding/decider';
import { Policies } from './policies/policies';
import { PolicyBook } from './policies/policy-book';
import { SUBJECT_REF_KEY } from './subject-ref-key';
import { ExemptionMetrics } from './exemption-metrics';
import { Bands } from './fraud-books/bands';
import { QuarterClosing } from './fraud-books/quarter-closing';
import { ExemptionsController } from './http/exemptions.controller';
import { FraudController } from './http/fraud.controller';
import { PayerBooksController } from './http/payer-books.controller';
import { PoliciesController } from './http/policies.controller';
import { MessagesController } from './messages.controller';
import { Outcomes } from './settling/outcomes';
import { UnsettledExemptions } from './settling/unsettled-exemptions';
import { Verdicts } from './settling/verdicts';
import { CounterReader } from './storage/counter-reader';
import { closePrismaAtShutdown, PrismaClient, prismaClient } from './storage/prisma';

@Module({})
export class AppModule {
  static with(config: ExemptionEngineConfig, gateways: GatewayRegistry): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({
          service: 'exemption-engine',
          databaseUrl: config.databaseUrl.reveal(),
          databaseSchema: config.databaseSchema,
          databasePoolMax: config.databasePoolMax,
          kafkaBrokers: config.kafkaBrokers,
          kafkaClientId: config.kafkaClientId,
          groupId: 'exemption-engine',
          topology: gateways.topology,
          knowsGateway: (id) => gateways.has(id),
          parseDepth: 'full',
          deadLetters: ['sca.requested', 'payment.outcome'],
        }),
      ],
      controllers: [MessagesController, ExemptionsController, PoliciesController, PayerBooksController, FraudController],
      providers: [
        { provide: SUBJECT_REF_KEY, useValue: config.subjectRefKey },
        { provide: PrismaClient, useValue: prismaClient(config) },
        closePrismaAtShutdown,
        ExemptionMetrics,
        Policies,
        PolicyBook,
        Bands,
        QuarterClosing,
        Decider,
        Verdicts,
        Outcomes,
        UnsettledExemptions,
        CounterReader,
      ],
    };
  }
}
