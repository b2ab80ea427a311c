import { type DynamicModule, Inject, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { invariant } from '@assent/kernel';
import { ReadinessRegistry, logFor } from '@assent/platform';
import { isInfrastructureError } from '@assent/postgres';
import { AuthenticationCodes } from './authentication-codes';
import { CODES_OPTIONS, CODE_TTL_SECONDS_MAX, CODE_TTL_SECONDS_MIN, type CodesOptions } from './codes-options';
import { EventStamps } from './event-stamps';
import { JwksController } from './jwks.controller';
import { KeyRing } from './key-ring';
import { RedeemController } from './redeem.controller';
import { Redemption } from './redemption';

const ROTATION_CHECK_MS = 60 * 60 * 1000;
const RETRY_MS = 1_000;
const log = logFor('codes');

/** Authentication codes: issuing, redeeming, revoking, and the keys that sign them. Needs `MessagingModule` (Database) and `PlatformModule`, both global. */
@Module({})
export class CodesModule implements OnModuleInit, OnModuleDestroy {
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(
    @Inject(KeyRing) private readonly keys: KeyRing,
    @Inject(ReadinessRegistry) readiness: ReadinessRegistry,
  ) {
    readiness.add('signing-keys', async () => {
      await this.keys.signer();
    });
  }

  static forRoot(options: CodesOptions): DynamicModule {
    const { ttlSeconds } = options;
    invariant(Number.isInteger(ttlSeconds) && ttlSeconds >= CODE_TTL_SECONDS_MIN && ttlSeconds <= CODE_TTL_SECONDS_MAX, 'a code lives for 60 to 3600 seconds');
    return {
      module: CodesModule,
      controllers: [RedeemController, JwksController],
      providers: [{ provide: CODES_OPTIONS, useValue: options }, EventStamps, KeyRing, AuthenticationCodes, Redemption],
      exports: [AuthenticationCodes, KeyRing],
    };
  }

  /** Keys that cannot be opened stop the start. A database that is away does not: the service is not ready until it is back. */
  async onModuleInit(): Promise<void> {
    const ready = await this.#ensureKeys();
    this.#schedule(ready ? ROTATION_CHECK_MS : RETRY_MS, ready);
  }

  onModuleDestroy(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #ensureKeys(): Promise<boolean> {
    try {
      await this.keys.ensure();
      return true;
    } catch (error) {
      if (!isInfrastructureError(error)) throw error;
      log.warn('signing keys wait for the database', { error });
      return false;
    }
  }

  #schedule(afterMs: number, ready: boolean): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#tick(ready), afterMs).unref();
  }

  async #tick(ready: boolean): Promise<void> {
    try {
      if (ready) await this.keys.rotateWhenDue();
      else ready = await this.#ensureKeys();
    } catch (error) {
      log.error('signing keys could not be kept', { error });
    }
    this.#schedule(ready ? ROTATION_CHECK_MS : RETRY_MS, ready);
  }
}
