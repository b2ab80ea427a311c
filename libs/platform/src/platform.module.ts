import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { ApiKeyGuard } from './gateways/api-key.guard';
import { GatewayRegistry } from './gateways/gateway-registry';
import { HealthController } from './health/health.controller';
import { LivenessRegistry } from './health/liveness';
import { measureReadiness } from './health/measure-readiness';
import { ReadinessRegistry } from './health/readiness';
import { Stopping } from './lifecycle/stopping';
import { Metrics, metrics } from './metrics/metrics';

/**
 * What every service has: health, metrics, and where it serves gateways their registry and the guard for their keys.
 * Global: any provider of the service may ask for `ReadinessRegistry`, `LivenessRegistry`, `Stopping`, `Metrics`, `GatewayRegistry`.
 */
@Global()
@Module({})
export class PlatformModule {
  /** @param gateways null for a program that serves no gateways (didit-sandbox) */
  static forRoot(gateways: GatewayRegistry | null, stopping = new Stopping()): DynamicModule {
    const readiness = new ReadinessRegistry();
    measureReadiness(readiness, metrics);
    const shared: Provider[] = [{ provide: ReadinessRegistry, useValue: readiness }, LivenessRegistry, { provide: Stopping, useValue: stopping }, { provide: Metrics, useValue: metrics }];
    const serving: Provider[] = gateways === null ? [] : [{ provide: GatewayRegistry, useValue: gateways }, ApiKeyGuard];
    const providers = [...shared, ...serving];
    return { module: PlatformModule, controllers: [HealthController], providers, exports: providers };
  }
}
