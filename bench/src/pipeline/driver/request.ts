import { randomUUID } from 'node:crypto';
import { bindingOf, shownHash } from '@assent/domain-linking';
import type { Message } from 'kafkajs';

export const GATEWAY = 'demo';

/** Above every exemption, and below the low-value limit. */
export const AMOUNTS = { sca: '247.50', exempt: '12.50' } as const;
export type Way = keyof typeof AMOUNTS;

const paymentOf = (way: Way): object => ({ amount: AMOUNTS[way], currency: 'EUR', payee: { account: 'ES9121000418450200051332', name: 'Example Shop S.L.' }, reference: 'Invoice 2026-1142' });
const FACTS = { instrument: 'credit_transfer', channel: 'remote', initiator: 'payer', payerPsp: 'EEA', payeePsp: 'EEA', monitoring: { available: true } };

/** One payment as a gateway publishes it, of a payer and an instrument of its own: no payer has two checks open, no counter fills up. */
export function requestMessage(id: string, way: Way): Message {
  const body = { authenticationId: id, action: 'payment', payer: { id: `payer-${id}`, instrumentId: `card-${id}`, locale: 'en' }, payment: paymentOf(way), facts: FACTS };
  const headers = { ce_specversion: '1.0', ce_id: randomUUID(), ce_source: `/gateways/${GATEWAY}`, ce_type: 'sca.requested.v1', ce_subject: id, ce_time: new Date().toISOString(), 'content-type': 'application/json' };
  return { key: keyOf(id), value: JSON.stringify(body), headers };
}

export const keyOf = (id: string): string => `${GATEWAY}:${id}`;

/** What the page of such a payment shows, as its form says it: the same for all, since nothing in it differs. */
export const shownOf = (way: Way): string => shownHash(bindingOf({ action: 'payment', payment: paymentOf(way) }));
