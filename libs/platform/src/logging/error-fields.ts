/// <reference lib="esnext.error" />
import { filterFields, holdsIban } from './allowed-fields';
import { scrubText } from './scrub-text';

const FRAMES_MAX = 12;
const CAUSES_MAX = 3;
const FRAME = /^\s+at (?:async )?(?:[\w$.<>[\] #]{1,120} \()?(?:file:\/\/)?((?:[A-Za-z]:)?[\w\-./\\@+ ]{1,300}:\d{1,7}:\d{1,7})\)?$/;
const CODE = /^[A-Z0-9_]{2,64}$/;
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;

/** What a log says of an error: its kind, its code, where it was thrown. */
export interface ErrorFields {
  readonly type: string;
  readonly code?: string;
  /** Only of errors whose text is known to hold no content (see `safeMessage`). */
  readonly message?: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly syscall?: string;
  readonly address?: string;
  readonly frames: readonly string[];
  readonly cause?: ErrorFields;
}

/**
 * An error without its text. Messages quote what they are about (`JSON.parse` quotes the body, PostgreSQL the value), so only those
 * of families known to be free of content pass. Kind, code and the places in the code are enough to find the rest.
 */
export function errorFields(error: unknown, depth = 0): ErrorFields {
  if (!isError(error)) return { type: error === null ? 'null' : typeof error, frames: [] };
  const code = stringOf(error, 'code', CODE);
  const message = safeMessage(error);
  const constraint = stringOf(error, 'constraint', IDENTIFIER);
  const table = stringOf(error, 'table', IDENTIFIER);
  const syscall = stringOf(error, 'syscall', IDENTIFIER);
  const address = addressOf(error);
  const cause = depth < CAUSES_MAX && error.cause !== undefined ? errorFields(error.cause, depth + 1) : undefined;
  return {
    type: IDENTIFIER.test(error.name) && !holdsIban(error.name) ? error.name : 'Error',
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(table === undefined ? {} : { table }),
    ...(syscall === undefined ? {} : { syscall }),
    ...(address === undefined ? {} : { address }),
    frames: framesOf(error),
    ...(cause === undefined ? {} : { cause }),
  };
}

/** Texts that come from code alone. Everything else stays out. */
const SAFE_MESSAGES = [
  /^invariant broken: [A-Za-z ,.;:'()_-]{1,200}$/,
  /^Cannot (read|set) properties of (undefined|null)( \((reading|setting) '[A-Za-z0-9_$]{1,40}'\))?$/,
  /^[A-Za-z0-9_$.]{1,60} is not (a function|defined|iterable|a constructor)$/,
];

/** What the broker's client says of brokers, topics and requests. Not its wrappers: those repeat the text of what they wrap. */
const BROKER_ERRORS: ReadonlySet<string> = new Set([
  'KafkaJSProtocolError',
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSTopicMetadataNotLoaded',
  'KafkaJSMetadataNotLoaded',
]);

/** Also errors of another realm, for which `instanceof` says no. */
const isError = (value: unknown): value is Error => value instanceof Error || Error.isError(value);

function safeMessage(error: Error): string | undefined {
  if (error.name === 'ConfigError') return error.message;
  if (BROKER_ERRORS.has(error.name)) return scrubText(error.message);
  return SAFE_MESSAGES.some((pattern) => pattern.test(error.message)) ? error.message : undefined;
}

function framesOf(error: Error): string[] {
  const stack = typeof error.stack === 'string' ? error.stack : '';
  // A message may have lines of its own that look like frames: cut it off first.
  const afterMessage = error.message !== '' && stack.includes(error.message) ? stack.slice(stack.indexOf(error.message) + error.message.length) : stack;
  const frames: string[] = [];
  for (const line of afterMessage.split('\n')) {
    const place = FRAME.exec(line)?.[1];
    if (place !== undefined && frames.length < FRAMES_MAX) frames.push(withinProject(place));
  }
  return frames;
}

function withinProject(place: string): string {
  const root = process.cwd();
  return place.startsWith(root) ? place.slice(root.length + 1) : place;
}

function stringOf(error: object, name: string, form: RegExp): string | undefined {
  const value = (error as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' && form.test(value) && !holdsIban(value) ? value : undefined;
}

function addressOf(error: object): string | undefined {
  const { address, port } = error as Readonly<Record<string, unknown>>;
  if (typeof address !== 'string') return undefined;
  const whole = typeof port === 'number' ? `${address.includes(':') ? `[${address}]` : address}:${port}` : address;
  return typeof filterFields({ address: whole }).fields['address'] === 'string' ? whole : undefined;
}
