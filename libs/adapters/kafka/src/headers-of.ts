import type { RawRecord } from '@assent/contracts';
import type { KafkaMessage } from 'kafkajs';

/**
 * kafkajs gives an array where a header stands several times, and null (whatever its types say) for one without a value. For a header
 * that is called like something every object has (`constructor`, `__proto__`) it takes that for an earlier value: no bytes, so left out.
 */
export function headersOf(given: KafkaMessage['headers']): Pick<RawRecord, 'headers' | 'repeatedHeaders'> {
  const headers: [string, Buffer][] = [];
  const repeatedHeaders: [string, Buffer][] = [];
  for (const [name, value] of Object.entries(given ?? {})) {
    const values = (Array.isArray(value) ? value : [value]).filter(isBytes).map((v) => Buffer.from(v ?? ''));
    const last = values.pop();
    if (last !== undefined) headers.push([name, last]);
    for (const earlier of values) repeatedHeaders.push([name, earlier]);
  }
  // From entries: a header may be called __proto__.
  return { headers: Object.fromEntries(headers), ...(repeatedHeaders.length === 0 ? {} : { repeatedHeaders }) };
}

const isBytes = (value: unknown): value is Buffer | string | null | undefined => value === null || value === undefined || typeof value === 'string' || Buffer.isBuffer(value);
