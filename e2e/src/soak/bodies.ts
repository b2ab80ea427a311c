import { randomUUID } from 'node:crypto';
import { IBAN } from '../gateway';
import type { PlannedRequest } from './plan';
import type { Message } from './soak-gateway';

/** The request's content as the gateway sends it: the same for every attempt. */
export const bodyOf = ({ authenticationId, payerId, instrumentId, amount, timeToLiveSeconds }: PlannedRequest): Readonly<Record<string, unknown>> => ({
  authenticationId,
  action: 'payment',
  payer: { id: payerId, instrumentId, locale: 'en' },
  payment: { amount, currency: 'EUR', payee: { account: IBAN, name: 'Example Shop S.L.' }, reference: authenticationId },
  facts: { instrument: 'credit_transfer', channel: 'remote', initiator: 'payer', payerPsp: 'EEA', payeePsp: 'EEA', monitoring: { available: true } },
  timeToLiveSeconds,
});

export const otherAmountOf = (request: PlannedRequest): Readonly<Record<string, unknown>> => bodyOf({ ...request, amount: '3.00' });

/** A message that no service may act on. */
export function poisonOf(request: PlannedRequest, gatewayId: string): Message {
  const id = randomUUID();
  const key = `${gatewayId}:${request.authenticationId}`;
  const value = JSON.stringify(bodyOf(request));
  switch (request.poison) {
    case 'not-json':
      return { id, key, value: '{"authenticationId": ' };
    case 'wrong-schema':
      return { id, key, value: JSON.stringify({ ...bodyOf(request), payment: { amount: 2, currency: 'EUR' } }) };
    case 'unknown-field':
      return { id, key, value: JSON.stringify({ ...bodyOf(request), ammount: '2.00' }) };
    case 'foreign-key':
      return { id, key: `another:${request.authenticationId}`, value };
    case 'no-value':
      return { id, key, value: null };
    case 'unknown-type':
      return { id, key, value, type: 'sca.requested.v9' };
    case null:
      throw new Error('no poison was planned');
  }
}
