import { type DynamicModule, Module } from '@nestjs/common';
import { MessagingModule, type MessagingOptions } from '@assent/kafka';
import type { GatewayRegistry, WebhookIngestConfig } from '@assent/platform';
import { IngestMetrics } from './ingest-metrics';
import { PayerPseudonyms } from './receiving/payer-pseudonyms';
import { Receiver, RECEIVER_SETTINGS, type ReceiverSettings } from './receiving/receiver';
import { WebhooksController } from './receiving/webhooks.controller';
import { DEFAULT_CAPS, Quarantine, QUARANTINE_CAPS, type QuarantineCaps } from './storage/quarantine';
import { Receipts } from './storage/receipts';
import { Retention } from './storage/retention';

/** What a test has otherwise. */
export interface Overrides {
  readonly messaging?: Partial<MessagingOptions>;
  readonly quarantineCaps?: QuarantineCaps;
}

@Module({})
export class AppModule {
  static with(config: WebhookIngestConfig, gateways: GatewayRegistry, overrides: Overrides = {}): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({
          service: 'webhook-ingest',
          databaseUrl: config.databaseUrl.reveal(),
          databaseSchema: config.databaseSchema,
          databasePoolMax: config.databasePoolMax,
          kafkaBrokers: config.kafkaBrokers,
          kafkaClientId: config.kafkaClientId,
          groupId: 'webhook-ingest',
          topology: gateways.topology,
          knowsGateway: (id) => gateways.has(id),
          parseDepth: 'envelope',
          // It reads no topic.
          deadLetters: [],
          ...overrides.messaging,
        }),
      ],
      controllers: [WebhooksController],
      providers: [
        { provide: RECEIVER_SETTINGS, useValue: receiverSettings(config) },
        { provide: QUARANTINE_CAPS, useValue: overrides.quarantineCaps ?? DEFAULT_CAPS },
        { provide: PayerPseudonyms, useValue: new PayerPseudonyms(config.subjectRefKey, gateways) },
        IngestMetrics,
        Quarantine,
        Receipts,
        Receiver,
        Retention,
      ],
    };
  }
}

const receiverSettings = (config: WebhookIngestConfig): ReceiverSettings => ({
  secrets: config.diditWebhookSecrets.map((secret) => secret.reveal()),
  freshnessSeconds: config.webhookFreshnessSeconds,
  own: { environment: config.diditEnvironment, applicationId: config.diditApplicationId, workflowId: config.diditWorkflowId },
});
