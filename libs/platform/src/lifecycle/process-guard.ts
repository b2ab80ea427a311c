import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ReadinessRegistry } from '../health/readiness';
import { flushLogs, logFor } from '../logging/log';
import { Stopping } from './stopping';

const log = logFor('process');

export interface StopOptions {
  /** After so many milliseconds the process exits with 1, whatever still runs. */
  readonly timeoutMs: number;
  /** Last step: sends what is still to be sent. */
  readonly afterClose: () => Promise<void>;
}

/**
 * Stops gracefully: not ready any more, long work is told, no new connections, requests and batches under way end, hooks run.
 * Correctness needs none of it: a `kill -9` at any moment loses nothing that was promised.
 */
export async function stopService(app: NestFastifyApplication): Promise<void> {
  app.get(ReadinessRegistry).stop();
  app.get(Stopping).begin();
  await app.close();
}

/** Answers signals, and ends the process on what nobody caught: its state is unknown then, and a supervisor starts a clean one. */
export function guardProcess(app: NestFastifyApplication, { timeoutMs, afterClose }: StopOptions): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) {
      log.warn('second signal, not waiting any longer', { signal });
      exit(1);
    }
    stopping = true;
    log.info('stopping', { signal, timeoutMs });
    setTimeout(() => {
      log.error('stopping took too long', { timeoutMs });
      exit(1);
    }, timeoutMs).unref();
    stopService(app)
      .then(afterClose)
      .then(
        () => {
          log.info('stopped', { signal });
          exit(0);
        },
        (error: unknown) => {
          log.error('stopping failed', { error });
          exit(1);
        },
      );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** Before anything else: from here on no failure goes unnoticed. */
export function exitOnUncaught(): void {
  process.on('uncaughtException', (error) => {
    log.fatal('uncaught exception', { error });
    exit(1);
  });
  process.on('unhandledRejection', (error) => {
    log.fatal('unhandled rejection', { error });
    exit(1);
  });
}

export function exit(code: number): never {
  flushLogs();
  process.exit(code);
}
