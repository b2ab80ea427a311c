import { EVENT_EXAMPLES } from '../examples/event-examples';
import { validateGatewayOutcome } from './validate-outcome';

const EXAMPLE = EVENT_EXAMPLES['payment.outcome.v1'];
const FRAUD = { kind: 'UNAUTHORISED', executedAt: '2026-11-20T10:00:00Z', registeredAt: '2026-11-24T10:00:00.123456Z', recovered: '0.00', liable: 'self' };

const fieldsOf = (body: unknown): string[] => {
  const result = validateGatewayOutcome(body);
  return result.ok ? [] : result.error.map(({ field }) => field);
};

describe('what became of a payment', () => {
  it('is taken as the contract has it, fields of later versions ignored', () => {
    expect(fieldsOf(EXAMPLE)).toEqual([]);
    expect(fieldsOf({ ...EXAMPLE, later: { deep: 1 } })).toEqual([]);
    expect(fieldsOf({ ...EXAMPLE, kind: 'FRAUD_REPORTED', fraud: FRAUD })).toEqual([]);
  });

  it('may be of a payment that never came here', () => {
    expect(fieldsOf({ ...EXAMPLE, authenticationId: null, facts: { instrument: 'card', remote: true, initiator: 'payer', auth: 'EX16' } })).toEqual([]);
    expect(fieldsOf({ ...EXAMPLE, authenticationId: undefined })).toEqual([]);
  });

  it('has a fraud report exactly where it reports fraud', () => {
    expect(fieldsOf({ ...EXAMPLE, kind: 'FRAUD_REPORTED' })).toEqual(['fraud']);
    expect(fieldsOf({ ...EXAMPLE, fraud: FRAUD })).toEqual(['fraud']);
  });

  it.each([
    [{ amount: 247.5 }, 'amount'],
    [{ amount: '247.5' }, 'amount'],
    [{ currency: 'XAU' }, 'currency'],
    [{ occurredAt: '2026-02-30T10:00:00Z' }, 'occurredAt'],
    [{ occurredAt: '2026-11-24T10:00:00+01:00' }, 'occurredAt'],
    [{ occurredAt: 1_795_514_400 }, 'occurredAt'],
    [{ kind: 'executed' }, 'kind'],
    [{ instrumentId: '' }, 'instrumentId'],
    [{ facts: { remote: 'yes' } }, 'facts.remote'],
    [{ kind: 'FRAUD_REPORTED', fraud: { ...FRAUD, recovered: '0.0' } }, 'fraud.recovered'],
    [{ kind: 'FRAUD_REPORTED', fraud: { ...FRAUD, kind: 'FRIENDLY' } }, 'fraud.kind'],
  ])('%j is refused', (change, field) => {
    expect(fieldsOf({ ...EXAMPLE, ...change })).toEqual([field]);
  });
});
