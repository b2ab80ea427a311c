import { KafkaBatchServer } from '@assent/kafka';
import { auditLedgerConfig, runService } from '@assent/platform';
import { isInfrastructureError } from '@assent/postgres';
import { AppModule } from './app.module';

void runService(auditLedgerConfig, (config, gateways) => ({
  module: AppModule.with(config, gateways),
  strategy: (app) => app.get(KafkaBatchServer),
  isInfrastructureError,
  swagger: {
    title: 'Assent audit ledger',
    description: 'An append-only Merkle log (RFC 9162) of every event: signed checkpoints, proofs, and the evidence of an authentication.',
  },
}));
