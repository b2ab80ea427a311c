import { runService, webhookIngestConfig } from '@assent/platform';
import { isInfrastructureError } from '@assent/postgres';
import { AppModule } from './app.module';

/** A webhook carries the whole decision; the vendor's are a few kilobytes. */
export const WEBHOOK_BYTES_MAX = 256 * 1024;

void runService(webhookIngestConfig, (config, gateways) => ({
  module: AppModule.with(config, gateways),
  isInfrastructureError,
  rawBody: true,
  bodyLimit: WEBHOOK_BYTES_MAX,
  swagger: {
    title: 'Assent webhook ingest',
    description: 'Takes signed webhooks of the vendor: verified on their bytes, stored before they are answered, published once.',
  },
}));
