import type { LoggerService } from '@nestjs/common';
import type { Level } from 'pino';
import { writeLine } from './log';
import { scrubText } from './scrub-text';

/** What these say is class names and route patterns, and of interest only while debugging a start. */
const NOISY = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestFactory', 'NestApplication', 'NestMicroservice']);

/**
 * Nest's own lines, and those of libraries that use its `Logger`: text scrubbed, objects dropped, errors without their text.
 * Our code uses `logFor`, where the message is a literal.
 */
export class NestLog implements LoggerService {
  log(message: unknown, ...rest: unknown[]): void {
    this.#write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#write('fatal', message, rest);
  }

  #write(level: Level, message: unknown, rest: readonly unknown[]): void {
    // Nest puts the context last, and before it a stack or whatever the caller had at hand.
    const last = rest.at(-1);
    const component = typeof last === 'string' && /^[A-Za-z0-9_.:-]{1,80}$/.test(last) ? last : 'nest';
    const actual = level === 'info' && NOISY.has(component) ? 'debug' : level;
    if (message instanceof Error) writeLine(actual, component, 'error', { error: message });
    else if (typeof message === 'string') writeLine(actual, component, NOISY.has(component) ? message.slice(0, 300) : scrubText(message));
    else writeLine(actual, component, 'object not logged');
  }
}
