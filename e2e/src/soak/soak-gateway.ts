import { randomUUID } from 'node:crypto';
import { type IHeaders, Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import type { Battlefield } from './battlefield';
import { persistently } from './persistent';

const CALL_TIMEOUT_MS = 15_000;
const GIVE_UP_MS = 180_000;

export interface Message {
  readonly id: string;
  readonly key: string | null;
  readonly value: Buffer | string | null;
  readonly type?: string;
}

/** A gateway that does what the contract asks of it: keeps its ids, and sends again until it knows. */
export class SoakGateway {
  private turn = 0;

  private constructor(
    private readonly field: Battlefield,
    private readonly producer: Producer,
  ) {}

  static async open(field: Battlefield): Promise<SoakGateway> {
    const kafka = new Kafka({ clientId: 'soak-gateway', brokers: [...field.brokers], logLevel: logLevel.NOTHING, retry: { retries: 3, maxRetryTime: 1000 } });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
    await producer.connect();
    return new SoakGateway(field, producer);
  }

  get id(): string {
    return this.field.stack.stack.gateway.id;
  }

  /** Resolves once the broker has it. The message keeps its id through every attempt. */
  async publish({ id, key, value, type }: Message): Promise<void> {
    const headers: IHeaders = { ce_specversion: '1.0', ce_id: id, ce_source: `/gateways/${this.id}`, ce_type: type ?? 'sca.requested.v1', ce_time: new Date().toISOString(), 'content-type': 'application/json' };
    await persistently('a request over Kafka', () => this.producer.send({ topic: 'sca.requested', acks: -1, messages: [{ key, value, headers }] }), GIVE_UP_MS, 500);
  }

  /** Resolves once the request is accepted. */
  async request(body: Readonly<Record<string, unknown>>): Promise<void> {
    const idempotencyKey = randomUUID();
    await persistently(
      'a request over HTTP',
      async () => {
        const { status } = await this.call('/v1/authentications', body, { 'idempotency-key': idempotencyKey });
        if (status !== 202) throw new Error(`answered ${status}`);
      },
      GIVE_UP_MS,
      500,
    );
  }

  /** Redeems until there is an answer that is one. True: accepted. */
  async redeem(authenticationId: string, body: Readonly<Record<string, unknown>>): Promise<boolean> {
    return persistently(
      'a redemption',
      async () => {
        const { status } = await this.call(`/v1/authentications/${authenticationId}/redeem`, body);
        if (status >= 500) throw new Error(`answered ${status}`);
        return status === 200;
      },
      GIVE_UP_MS,
      500,
    );
  }

  async close(): Promise<void> {
    await this.producer.disconnect();
  }

  private async call(path: string, body: Readonly<Record<string, unknown>>, headers: Readonly<Record<string, string>> = {}): Promise<{ status: number }> {
    const urls = this.field.urls('auth-session');
    const url = urls[this.turn++ % urls.length] ?? '';
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.field.stack.stack.gateway.apiKey}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    return { status: answer.status };
  }
}
