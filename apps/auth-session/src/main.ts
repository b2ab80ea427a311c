import { KafkaBatchServer } from '@assent/kafka';
import { authSessionConfig, runService } from '@assent/platform';
import { isInfrastructureError, QueueFull } from '@assent/postgres';
import { AppModule } from './app.module';
import { REDEEM_BODY_LIMIT_BYTES } from './codes';
import { PORTRAIT_BODIES } from './portraits';

void runService(authSessionConfig, (config, gateways) => ({
  module: AppModule.forRoot(config, gateways),
  strategy: (app) => app.get(KafkaBatchServer),
  isInfrastructureError: (error) => isInfrastructureError(error) || error instanceof QueueFull,
  bodyLimit: REDEEM_BODY_LIMIT_BYTES,
  binaryBodies: PORTRAIT_BODIES,
  swagger: {
    title: 'Assent auth-session',
    description: 'Authentications: the request, the approval page, the one verdict, and the authentication code that is redeemed once.',
  },
}));
