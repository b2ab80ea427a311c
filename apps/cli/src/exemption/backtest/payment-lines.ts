import { createReadStream } from 'node:fs';
import { type PastPayment, quarterOf } from '@assent/domain-exemption';
import { parseMoney } from '@assent/kernel';

/** The columns of a file of past payments, as a CSV header names them and as members of an NDJSON line. */
export const COLUMNS = [
  'at',
  'instrumentId',
  'instrument',
  'channel',
  'initiator',
  'amount',
  'currency',
  'auth',
  'fraud',
  'monitoring',
  'riskScore',
  'riskFactor',
  'trustedPayee',
] as const;
type Column = (typeof COLUMNS)[number];
const REQUIRED: readonly Column[] = ['at', 'instrumentId', 'instrument', 'amount', 'auth'];

/** One line as texts; an empty text is a value that is not known. */
export type PaymentLine = Readonly<Partial<Record<Column, string>>>;

export class UnreadableLine extends Error {}

/** Lines of a file, whatever its size: at most one chunk is held. `onBytes` tells how far it has got. */
export async function* linesOf(file: string, onBytes: (bytes: number) => void): AsyncGenerator<string[]> {
  let rest = '';
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    const text = rest + String(chunk);
    const lines = text.split('\n');
    rest = lines.pop() ?? '';
    onBytes(Buffer.byteLength(String(chunk)));
    yield lines;
  }
  if (rest !== '') yield [rest];
}

/** Reads lines of one form: CSV begins with its header, NDJSON has an object on every line. */
export type LineReader = (line: string) => PaymentLine | null;

export function readerFor(file: string): LineReader {
  if (file.endsWith('.ndjson') || file.endsWith('.jsonl')) return readJsonLine;
  let fromCells: ((cells: readonly string[]) => PaymentLine) | null = null;
  return (line) => {
    const cells = (line.endsWith('\r') ? line.slice(0, -1) : line).split(',');
    if (fromCells !== null) return fromCells(cells);
    const missing = REQUIRED.filter((name) => !cells.includes(name));
    if (missing.length > 0) throw new UnreadableLine(`the header lacks ${missing.join(', ')}`);
    fromCells = lineFrom(cells);
    return null;
  };
}

/** Written out, so that every line has one shape: this runs for each of millions of lines. */
function lineFrom(header: readonly string[]): (cells: readonly string[]) => PaymentLine {
  const at = Object.fromEntries(COLUMNS.map((name) => [name, header.indexOf(name)])) as Readonly<Record<Column, number>>;
  return (cells) => ({
    at: cells[at.at] ?? '',
    instrumentId: cells[at.instrumentId] ?? '',
    instrument: cells[at.instrument] ?? '',
    channel: cells[at.channel] ?? '',
    initiator: cells[at.initiator] ?? '',
    amount: cells[at.amount] ?? '',
    currency: cells[at.currency] ?? '',
    auth: cells[at.auth] ?? '',
    fraud: cells[at.fraud] ?? '',
    monitoring: cells[at.monitoring] ?? '',
    riskScore: cells[at.riskScore] ?? '',
    riskFactor: cells[at.riskFactor] ?? '',
    trustedPayee: cells[at.trustedPayee] ?? '',
  });
}

function readJsonLine(line: string): PaymentLine {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw new UnreadableLine('it is not JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new UnreadableLine('it is no object');
  const text: Partial<Record<Column, string>> = {};
  const known = json as Readonly<Record<string, unknown>>;
  for (const name of COLUMNS) {
    const value = known[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') throw new UnreadableLine(`${name} is no plain value`);
    text[name] = String(value);
  }
  return text;
}

const INSTRUMENTS = ['card', 'credit_transfer'] as const;
const CHANNELS = ['remote', 'contactless_pos', 'contact_pos'] as const;
const INITIATORS = ['payer', 'payee'] as const;
const AUTH = /^(SCA|OUT_OF_SCOPE|NONE|EX1[1-8])$/;

/** A past payment from its line. What is not said stays unknown; an amount in another currency than the regime's has no rate here. */
export function paymentOf(line: PaymentLine, currency: string): PastPayment {
  const { at = '', instrumentId = '', auth = '', amount = '' } = line;
  const atMs = Date.parse(at);
  if (Number.isNaN(atMs)) throw new UnreadableLine('at is no time');
  if (instrumentId === '') throw new UnreadableLine('instrumentId is missing');
  if (!AUTH.test(auth)) throw new UnreadableLine('auth is none of SCA, OUT_OF_SCOPE, NONE, EX11 to EX18');
  if ((line.currency ?? '') !== '' && line.currency !== currency) throw new UnreadableLine(`currency is not ${currency}`);
  const money = parseMoney(amount, currency);
  if (!money.ok) throw new UnreadableLine(`amount is no decimal string in ${currency}`);
  const score = line.riskScore ?? '';
  return {
    quarter: quarterOf(atMs),
    instrumentId,
    instrument: oneOf(INSTRUMENTS, line.instrument, 'instrument') ?? 'card',
    channel: oneOf(CHANNELS, line.channel, 'channel'),
    initiator: oneOf(INITIATORS, line.initiator, 'initiator'),
    amountMinor: money.value.minor,
    auth,
    fraud: flag(line.fraud, 'fraud') ?? false,
    monitoringAvailable: flag(line.monitoring, 'monitoring') ?? false,
    riskScore: score === '' ? null : numberOf(score),
    riskFactor: flag(line.riskFactor, 'riskFactor'),
    trustedPayee: flag(line.trustedPayee, 'trustedPayee') ?? false,
  };
}

function oneOf<T extends string>(known: readonly T[], value: string | undefined, field: string): T | null {
  if (value === undefined || value === '') return null;
  const found = known.find((one) => one === value);
  if (found === undefined) throw new UnreadableLine(`${field} is none of ${known.join(', ')}`);
  return found;
}

function flag(value: string | undefined, field: string): boolean | null {
  if (value === undefined || value === '') return null;
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw new UnreadableLine(`${field} is neither true nor false`);
}

function numberOf(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new UnreadableLine('riskScore is no number');
  return value;
}
