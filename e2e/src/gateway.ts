import { randomBytes, randomUUID } from 'node:crypto';
import type { StackFile } from '@assent/infra';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';

export const IBAN = 'ES9121000418450200051332';

export const newId = (prefix = 'auth'): string => `${prefix}-${randomBytes(9).toString('hex')}`;

/** A payment as gateways ask for it; above every exemption. */
export function payment(over: Record<string, unknown> = {}, payer: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    authenticationId: newId(),
    action: 'payment',
    payer: { id: newId('payer'), instrumentId: newId('card'), locale: 'en', ...payer },
    payment: { amount: '247.50', currency: 'EUR', payee: { account: IBAN, name: 'Example Shop S.L.' }, reference: 'Invoice 2026-1142' },
    facts: { instrument: 'credit_transfer', channel: 'remote', initiator: 'payer', payerPsp: 'EEA', payeePsp: 'EEA', monitoring: { available: true } },
    ...over,
  };
}

/** The vendor's word for the payer of a request: `<namespace>/<payer id>`. */
export const vendorDataOf = (request: Record<string, unknown>): string => `demo/${payerIdOf(request)}`;

export const payerIdOf = (request: Record<string, unknown>): string => (request['payer'] as { id: string }).id;

/** What is paid, with another amount: 12.50 is within the low-value limit. */
export const paymentOf = (amount: string, currency = 'EUR'): Record<string, unknown> => ({ payment: { amount, currency, payee: { account: IBAN, name: 'Example Shop S.L.' }, reference: 'Invoice 2026-1142' } });

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** A gateway: publishes requests with a plain Kafka client in CloudEvents binary mode, and calls the REST API. */
export class TestGateway {
  private constructor(
    readonly id: string,
    private readonly apiKey: string,
    private readonly stack: () => StackFile,
    private readonly producer: Producer,
  ) {}

  static async open(stack: () => StackFile, id = stack().gateway.id, apiKey = stack().gateway.apiKey): Promise<TestGateway> {
    const kafka = new Kafka({ clientId: `gateway-${id}`, brokers: [...stack().kafka.brokers], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
    await producer.connect();
    return new TestGateway(id, apiKey, stack, producer);
  }

  /** Publishes a request. `over` replaces parts of the message, to send what does not fit. */
  async publish(body: Record<string, unknown>, over: { id?: string; headers?: Record<string, string>; key?: string | null; value?: Buffer | null; topic?: string } = {}): Promise<string> {
    const id = over.id ?? randomUUID();
    const headers = { ce_specversion: '1.0', ce_id: id, ce_source: `/gateways/${this.id}`, ce_type: 'sca.requested.v1', ce_time: new Date().toISOString(), 'content-type': 'application/json', ...over.headers };
    const key = over.key === undefined ? `${this.id}:${String(body['authenticationId'])}` : over.key;
    await this.producer.send({ topic: over.topic ?? 'sca.requested', acks: -1, messages: [{ key, value: over.value === undefined ? JSON.stringify(body) : over.value, headers }] });
    return id;
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<RestAnswer> {
    const url = this.stack().services['auth-session']?.url ?? '';
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.apiKey}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
  }

  request(body: Record<string, unknown>, idempotencyKey: string = randomUUID()): Promise<RestAnswer> {
    return this.call('POST', '/v1/authentications', body, { 'idempotency-key': idempotencyKey });
  }

  redeem(authenticationId: string, authenticationCode: string, over: Record<string, unknown> = {}): Promise<RestAnswer> {
    return this.call('POST', `/v1/authentications/${authenticationId}/redeem`, { authenticationCode, amount: '247.50', currency: 'EUR', payee: { account: IBAN }, ...over });
  }

  close(): Promise<void> {
    return this.producer.disconnect();
  }
}
