import type { OutboundRecord } from '@assent/contracts';
import { smallintArray, textArray } from '../binary-array';
import type { QueryAnswer, Sql } from '../sql';
import { laneOf } from './lane';

/** Text as it stands where the bytes are UTF-8 without NUL (every message of ours), base64 where a dead letter holds other bytes. */
interface StoredForm {
  readonly key: string | null;
  readonly headers: string;
  readonly value: string | null;
  readonly encoding: 0 | 1;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOrNull(bytes: Buffer | string): string | null {
  try {
    const text = typeof bytes === 'string' ? bytes : utf8.decode(bytes);
    return text.includes('\0') || (typeof bytes === 'string' && !text.isWellFormed()) ? null : text;
  } catch {
    return null;
  }
}

const base64 = (bytes: Buffer | string): string => (typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes).toString('base64');

type HeaderList = readonly (readonly [name: string, value: Buffer | string])[];

/** Headers that stood several times come first, so that reading them back finds the same value last. */
const headerList = ({ headers, repeatedHeaders = [] }: OutboundRecord): HeaderList => [...repeatedHeaders, ...Object.entries(headers)];

export function storedForm(record: OutboundRecord): StoredForm {
  const headers = headerList(record);
  const texts = headers.map(([, value]) => textOrNull(value));
  const key = record.key === null ? null : textOrNull(record.key);
  const value = record.value === null ? null : textOrNull(record.value);
  const isText = !texts.includes(null) && (record.key === null || key !== null) && (record.value === null || value !== null);
  if (isText) return { key, headers: JSON.stringify(headers.map(([name], i) => [name, texts[i]])), value, encoding: 0 };
  return {
    key: record.key === null ? null : base64(record.key),
    headers: JSON.stringify(headers.map(([name, bytes]) => [name, base64(bytes)])),
    value: record.value === null ? null : base64(record.value),
    encoding: 1,
  };
}

/** A row of the outbox back to the message that it is. */
export function recordOf(topic: string, form: StoredForm): OutboundRecord {
  const bytes = (text: string): Buffer => Buffer.from(text, form.encoding === 1 ? 'base64' : 'utf8');
  const list = JSON.parse(form.headers) as [string, string][];
  // A map: a stranger's header may be called `constructor`, and an object would seem to hold one already.
  const headers = new Map<string, string | Buffer>();
  const repeatedHeaders: (readonly [string, Buffer])[] = [];
  for (const [name, text] of list) {
    const earlier = headers.get(name);
    if (earlier !== undefined) repeatedHeaders.push([name, Buffer.from(earlier)]);
    headers.set(name, form.encoding === 1 ? bytes(text) : text);
  }
  return {
    topic,
    key: form.key === null ? null : bytes(form.key),
    headers: Object.fromEntries(headers),
    ...(repeatedHeaders.length === 0 ? {} : { repeatedHeaders }),
    value: form.value === null ? null : bytes(form.value),
  };
}

const INSERT = `
  insert into outbox (lane, topic, key, headers, value, encoding)
  select * from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[])`;

/** Writes all messages of a transaction in one statement, in order. Answers the lanes that have something now. */
export function writeOutbox(sql: Sql, records: readonly OutboundRecord[]): { lanes: ReadonlySet<number>; written: Promise<QueryAnswer<object>> } {
  const forms = records.map(storedForm);
  const lanes = records.map(({ key }) => laneOf(key === null ? null : key.toString()));
  const written = sql.query(INSERT, [
    smallintArray(lanes),
    textArray(records.map(({ topic }) => topic)),
    textArray(forms.map(({ key }) => key)),
    textArray(forms.map(({ headers }) => headers)),
    textArray(forms.map(({ value }) => value)),
    smallintArray(forms.map(({ encoding }) => encoding)),
  ]);
  return { lanes: new Set(lanes), written };
}
