import { validateRequest } from '@assent/contracts';
import { AMOUNTS, keyOf, requestMessage, shownOf, type Way } from './request';

describe('the requests of the driver', () => {
  it.each(Object.keys(AMOUNTS) as Way[])('fit the contract (%s)', (way) => {
    const { key, value } = requestMessage('bench-000001', way);
    expect(key).toBe(keyOf('bench-000001'));
    expect(validateRequest(JSON.parse(String(value)))).toMatchObject({ ok: true });
  });

  it('are of a payer and an instrument each, so that no check and no counter stands in the way of another', () => {
    const payers = ['bench-000001', 'bench-000002'].map((id) => (JSON.parse(String(requestMessage(id, 'sca').value)) as { payer: { id: string; instrumentId: string } }).payer);
    expect(new Set(payers.map(({ id }) => id)).size).toBe(2);
    expect(new Set(payers.map(({ instrumentId }) => instrumentId)).size).toBe(2);
  });

  it('know what their page shows', () => {
    expect(shownOf('sca')).toMatch(/^[0-9a-f]{64}$/);
    expect(shownOf('sca')).not.toBe(shownOf('exempt'));
  });
});
