import type { ConfigDefinition } from '../define-config';
import { auditLedgerConfig } from './audit-ledger';
import { authSessionConfig } from './auth-session';
import { diditSandboxConfig } from './didit-sandbox';
import { exemptionEngineConfig } from './exemption-engine';
import { webhookIngestConfig } from './webhook-ingest';

export * from './audit-ledger';
export * from './auth-session';
export * from './didit-sandbox';
export * from './exemption-engine';
export * from './webhook-ingest';

/** Every service with its configuration, in the order in which `.env.example` shows them. */
export const SERVICE_CONFIGS: readonly ConfigDefinition[] = [authSessionConfig, webhookIngestConfig, exemptionEngineConfig, auditLedgerConfig, diditSandboxConfig];
