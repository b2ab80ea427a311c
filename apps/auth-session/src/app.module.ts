import { type DynamicModule, Module } from '@nestjs/common';
import { MessagingModule } from '@assent/kafka';
import type { GatewayRegistry } from '@assent/platform';
import { AuthSessionModule } from './auth-session.module';
import type { Settings } from './settings';

const SERVICE = 'auth-session';

/** The service as it runs: what it does, and what carries its messages. */
@Module({})
export class AppModule {
  static forRoot(settings: Settings, gateways: GatewayRegistry): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({
          service: SERVICE,
          groupId: SERVICE,
          databaseUrl: settings.databaseUrl.reveal(),
          databaseSchema: settings.databaseSchema,
          databasePoolMax: settings.databasePoolMax,
          kafkaBrokers: settings.kafkaBrokers,
          kafkaClientId: settings.kafkaClientId,
          topology: gateways.topology,
          knowsGateway: (id) => gateways.has(id),
          parseDepth: 'full',
          deadLetters: ['sca.decided', 'didit.event'],
        }),
        AuthSessionModule.forRoot(settings),
      ],
    };
  }
}
