import { CommitUncertain, isInfrastructureError } from './infrastructure-error';

const withCode = (code: string): Error => Object.assign(new Error('x'), { code });

describe('which errors are outages', () => {
  it.each(['57P01', '57P03', '08006', '40001', '40P01', '53300', '53100', '55P03', '25006', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'])('%s is', (code) => {
    expect(isInfrastructureError(withCode(code))).toBe(true);
  });

  it.each(['23505', '22P02', '42P01', '42703', '23514', 'P0001', '25P02', 'ERR_INVALID_ARG_TYPE'])('%s is a fault of ours and is not waited for', (code) => {
    expect(isInfrastructureError(withCode(code))).toBe(false);
  });

  it('a lost commit answer and a dead connection are; a TypeError and a thrown text are not', () => {
    expect(isInfrastructureError(new CommitUncertain('?'))).toBe(true);
    expect(isInfrastructureError(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isInfrastructureError(new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]))).toBe(true);
    expect(isInfrastructureError(new TypeError("cannot read properties of undefined (reading 'x')"))).toBe(false);
    expect(isInfrastructureError('down')).toBe(false);
  });
});
