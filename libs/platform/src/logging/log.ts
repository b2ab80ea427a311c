import pino, { type DestinationStream, type Level, type Logger } from 'pino';
import { currentContext } from '../tracing/trace-context';
import { parseTraceparent } from '../tracing/traceparent';
import { type AllowedFields, filterFields } from './allowed-fields';
import { errorFields } from './error-fields';

/** Only a literal: `log.info(\`paid to ${name}\`)` does not compile. What varies goes into fields, and fields are an allowlist. */
export type Literal<Text extends string> = Partial<Record<Text, unknown>> extends Record<Text, unknown> ? never : Text;

export interface LogDetails extends AllowedFields {
  /** Written as kind, code and places in the code; its text stays out. */
  readonly error?: unknown;
}

export interface LoggingOptions {
  readonly service: string;
  readonly level: Level | 'silent';
  /** Where lines go; standard output unless a test wants to read them. */
  readonly destination?: DestinationStream;
}

const STANDARD_OUTPUT = 1;

let root: Logger = makeLogger({ service: 'assent', level: 'info' });

/** Once, at the start of a process. */
export function configureLogging(options: LoggingOptions): void {
  root = makeLogger(options);
}

function makeLogger({ service, level, destination }: LoggingOptions): Logger {
  const options = {
    level,
    base: { service, pid: process.pid },
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  // Written at once: the lines before an exit are those that somebody will look for, and a buffer would lose them.
  return pino(options, destination ?? pino.destination({ dest: STANDARD_OUTPUT, sync: true }));
}

/** Structured lines of one component. Every line has time, level, service, component, and the trace and authentication of the work under way. */
export class Log {
  constructor(private readonly component: string) {}

  debug<Text extends string>(message: Literal<Text>, details?: LogDetails): void {
    writeLine('debug', this.component, message, details);
  }

  info<Text extends string>(message: Literal<Text>, details?: LogDetails): void {
    writeLine('info', this.component, message, details);
  }

  warn<Text extends string>(message: Literal<Text>, details?: LogDetails): void {
    writeLine('warn', this.component, message, details);
  }

  error<Text extends string>(message: Literal<Text>, details?: LogDetails): void {
    writeLine('error', this.component, message, details);
  }

  fatal<Text extends string>(message: Literal<Text>, details?: LogDetails): void {
    writeLine('fatal', this.component, message, details);
  }
}

export const logFor = (component: string): Log => new Log(component);

/** The one place where a line is written. `message` must be text of ours. */
export function writeLine(level: Level, component: string, message: string, details?: unknown): void {
  if (!root.isLevelEnabled(level)) return;
  const context = currentContext();
  const { fields, dropped } = filterFields(details);
  const error = typeof details === 'object' && details !== null && 'error' in details ? details.error : undefined;
  root[level](
    {
      component,
      ...(context === null ? {} : { traceId: parseTraceparent(context.traceparent)?.traceId }),
      ...(context?.authenticationId === null || context === null ? {} : filterFields({ authenticationId: context.authenticationId }).fields),
      ...fields,
      ...droppedFields(dropped, error),
      ...(error === undefined ? {} : { error: errorFields(error) }),
    },
    message,
  );
}

/** `error` is not on the list, since it is written in its own way: it does not count as dropped. */
function droppedFields(dropped: number, error: unknown): { dropped?: number } {
  const others = error === undefined ? dropped : dropped - 1;
  return others > 0 ? { dropped: others } : {};
}

/** Before the process ends. Lines to standard output are written at once; a destination of another kind may hold some. */
export function flushLogs(): void {
  root.flush();
}
