import { type DynamicModule, Inject, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { logFor } from '@assent/platform';
import { Portraits } from './portraits';
import { PortraitsController } from './portraits.controller';
import { PORTRAITS_OPTIONS, type PortraitsOptions } from './portraits-options';

const EXPIRE_EVERY_MS = 10 * 60 * 1000;
const log = logFor('portraits');

/**
 * Portraits: storing, erasing, and forgetting them in time. Needs `MessagingModule` (Database) and `PlatformModule`, both global, and
 * `PORTRAIT_BODIES` as the service's `binaryBodies`.
 */
@Module({})
export class PortraitsModule implements OnModuleInit, OnModuleDestroy {
  #timer: NodeJS.Timeout | null = null;

  constructor(@Inject(Portraits) private readonly portraits: Portraits) {}

  static forRoot(options: PortraitsOptions): DynamicModule {
    return {
      module: PortraitsModule,
      controllers: [PortraitsController],
      providers: [{ provide: PORTRAITS_OPTIONS, useValue: options }, Portraits],
      exports: [Portraits],
    };
  }

  onModuleInit(): void {
    this.#timer = setInterval(() => void this.#expire(), EXPIRE_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  async #expire(): Promise<void> {
    try {
      await this.portraits.expire();
    } catch (error) {
      log.warn('portraits could not be expired, and are not used either', { error });
    }
  }
}
