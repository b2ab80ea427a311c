import { Controller, Get, Inject, Injectable, Module, type OnApplicationShutdown, Post } from '@nestjs/common';
import { defineConfig } from '../config/define-config';
import { httpConfig, loggingConfig, processConfig, tracingConfig } from '../config/shared';
import { logFor } from '../logging/log';
import { runService } from './run-service';
import { Stopping } from './stopping';

/** A service that does everything wrong on request: run by process-guard.int.spec.ts in a process of its own. */
const log = logFor('fixture');

@Injectable()
class Resource implements OnApplicationShutdown {
  onApplicationShutdown(): void {
    log.info('resource closed');
  }
}

@Controller()
class FixtureController {
  constructor(@Inject(Stopping) private readonly stopping: Stopping) {}

  /** As a request that waits for a verdict: ends when it is told to. */
  @Get('wait')
  wait(): Promise<object> {
    log.info('waiting');
    const { signal } = this.stopping;
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => setImmediate(() => resolve({ ended: 'in time' })));
    });
  }

  @Get('hang')
  hang(): Promise<object> {
    log.info('waiting');
    return new Promise(() => undefined);
  }

  @Post('reject')
  reject(): object {
    setImmediate(() => void Promise.reject(new Error('ES9121000418450200051332')));
    return {};
  }

  @Post('throw')
  throw(): object {
    setImmediate(() => {
      throw new Error('ES9121000418450200051332');
    });
    return {};
  }
}

@Module({ controllers: [FixtureController], providers: [Resource] })
class FixtureModule {}

void runService(defineConfig('fixture', { ...processConfig, ...loggingConfig, ...tracingConfig, ...httpConfig(0) }), () => {
  if (process.env['FAIL_TO_BUILD'] !== undefined) throw new Error('cannot reach postgres://user:hunter2@db/x');
  return { module: FixtureModule, swagger: { title: 'Fixture', description: 'For tests.' } };
});
