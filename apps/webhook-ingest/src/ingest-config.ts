import { defineConfig, type Loadable, type Secret, subjectConfig, webhookIngestConfig, type WebhookIngestConfig } from '@assent/platform';

export type IngestConfig = WebhookIngestConfig & {
  /** Null: events then name no payer, and the ledger files them by their session alone. */
  readonly subjectRefKey: Secret<Buffer> | null;
};

const SERVICE = webhookIngestConfig.service;
const pseudonyms = defineConfig(SERVICE, subjectConfig);

/** The service's configuration, with the key of the payers' pseudonyms where the deployment gives it. */
export const ingestConfig: Loadable<IngestConfig> = {
  service: SERVICE,
  load: (environment) => ({
    ...webhookIngestConfig.load(environment),
    subjectRefKey: (environment['SUBJECT_REF_KEY'] ?? '') === '' ? null : pseudonyms.load(environment).subjectRefKey,
  }),
};
