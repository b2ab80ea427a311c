import type { KafkaMessage } from 'kafkajs';
import { headersOf } from './headers-of';

describe('headers as kafkajs hands them over', () => {
  const given = (entries: [string, unknown][]): KafkaMessage['headers'] => Object.fromEntries(entries) as KafkaMessage['headers'];

  it('given one without a value, reads it as empty: a TypeError here would end the consumer for good', () => {
    expect(headersOf(given([['empty', null], ['a', Buffer.from('x')]]))).toEqual({ headers: { empty: Buffer.alloc(0), a: Buffer.from('x') } });
  });

  it('given one several times, keeps all, the last as its value', () => {
    expect(headersOf(given([['a', [Buffer.from('1'), null, '3']]]))).toEqual({
      headers: { a: Buffer.from('3') },
      repeatedHeaders: [
        ['a', Buffer.from('1')],
        ['a', Buffer.alloc(0)],
      ],
    });
  });

  it('given one called like a property of every object, leaves out what kafkajs took for its first value', () => {
    expect(headersOf(given([['constructor', [Object, Buffer.from('x')]], ['toString', [() => 'y', Buffer.from('z')]]]))).toEqual({
      headers: { constructor: Buffer.from('x'), toString: Buffer.from('z') },
    });
  });

  it('given one called __proto__, keeps it as a header and nothing else', () => {
    const { headers } = headersOf(given([['__proto__', Buffer.from('x')]]));
    expect(Object.entries(headers)).toEqual([['__proto__', Buffer.from('x')]]);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('given none, gives none', () => {
    expect(headersOf(undefined)).toEqual({ headers: {} });
  });
});
