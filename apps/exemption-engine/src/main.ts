import { KafkaBatchServer } from '@assent/kafka';
import { exemptionEngineConfig, runService } from '@assent/platform';
import { isInfrastructureError } from '@assent/postgres';
import { AppModule } from './app.module';

void runService(exemptionEngineConfig, (config, gateways) => ({
  module: AppModule.with(config, gateways),
  strategy: (app) => app.get(KafkaBatchServer),
  isInfrastructureError,
  swagger: {
    title: 'Assent exemption engine',
    description: 'Whether a log-in or a payment needs strong customer authentication (RTS 2018/389), with a reason for every yes and every no.',
  },
}));
