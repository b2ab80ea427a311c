import { setTimeout as delay } from 'node:timers/promises';
import { type Consumer, type EachBatchPayload, Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { nowMs } from '../clock';
import type { Running } from '../variants/variant';
import { Flight } from './flight';
import { idOf, Payers } from './payer';
import { requestMessage, shownOf, type Way } from './request';

export interface DriverOptions {
  readonly brokers: readonly string[];
  readonly vendorUrl: string;
  readonly running: Running;
  readonly fetchesPage: boolean;
}

export interface Offer {
  readonly way: Way;
  readonly count: number;
  /** Requests a second; 0: as many as the variant can take. */
  readonly rate: number;
  /** Most requests without a verdict at once, where the rate is 0. */
  readonly window: number;
}

/** Nothing has moved for so long: what is missing is lost. */
const STALLED_MS = 20_000;
const SEND_MAX = 250;
/** A second verdict of the last request would come within this. */
const DOUBLES_MS = 300;

/** Plays gateway and payer as cheaply as one process can: batches to Kafka, kept-alive HTTP, one look at every message. */
export class Driver {
  private readonly payers: Payers;
  private flight: Flight;
  private offers = 0;

  private constructor(
    private readonly options: DriverOptions,
    private readonly producer: Producer,
    private readonly consumer: Consumer,
  ) {
    this.flight = new Flight();
    this.payers = new Payers({ vendorUrl: options.vendorUrl, shown: shownOf('sca'), fetchesPage: options.fetchesPage, onRedirect: (...seen) => this.flight.redirected(...seen) });
  }

  static async open(options: DriverOptions): Promise<Driver> {
    const kafka = new Kafka({ clientId: 'bench-driver', brokers: [...options.brokers], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
    const consumer = kafka.consumer({ groupId: `bench-driver-${Date.now().toString(36)}`, maxWaitTimeInMs: 50 });
    const driver = new Driver(options, producer, consumer);
    const { topics } = options.running;
    await Promise.all([producer.connect(), consumer.connect()]);
    await consumer.subscribe({ topics: [topics.decided, topics.session, topics.verdict], fromBeginning: false });
    // Only after the first fetch is it settled where reading begins: a message before that would be missed.
    const fetching = new Promise((resolve) => consumer.on(consumer.events.FETCH, resolve));
    await consumer.run({ autoCommit: false, partitionsConsumedConcurrently: 8, eachBatch: (payload) => driver.read(payload) });
    await fetching;
    await delay(500);
    return driver;
  }

  private read({ batch }: EachBatchPayload): Promise<void> {
    const { topics } = this.options.running;
    const atMs = nowMs();
    for (const { key, value } of batch.messages) {
      const id = idOf(key);
      if (!this.flight.knows(id)) continue;
      if (batch.topic === topics.verdict) this.flight.answered(id, value, atMs);
      else if (batch.topic === topics.decided) this.flight.decided(id, atMs);
      else if (this.flight.wantsLink(id)) this.follow(id, value, atMs);
    }
    return Promise.resolve();
  }

  private follow(id: string, value: Buffer | null, atMs: number): void {
    const { approvalUrl } = JSON.parse(value?.toString('utf8') ?? '{}') as { approvalUrl?: string | null };
    if (approvalUrl === undefined || approvalUrl === null) return;
    this.flight.linked(id, atMs);
    void this.payers.confirm(id, approvalUrl);
  }

  /** Offers requests and returns when every verdict is there, or nothing has moved for a while. */
  async offer(offer: Offer): Promise<Flight> {
    const flight = (this.flight = new Flight());
    const run = `${Date.now().toString(36)}${(this.offers++).toString(36)}`;
    const errorsBefore = this.payers.errors;
    flight.begins(nowMs());
    for (let sent = 0; sent < offer.count; ) {
      if (isStalled(flight)) break;
      const due = this.due(offer, flight, sent);
      if (due === sent) {
        await delay(1);
        continue;
      }
      const messages = [];
      for (; sent < due; sent++) {
        const id = `${run}-${String(sent).padStart(6, '0')}`;
        flight.started(id, offer.rate === 0 ? nowMs() : flight.beganAtMs + ((sent + 1) * 1000) / offer.rate);
        messages.push(requestMessage(id, offer.way));
      }
      const send = this.producer.send({ topic: this.options.running.topics.requested, acks: -1, messages });
      // Paced, the next one is due whether or not the broker has answered.
      if (offer.rate === 0) await send;
    }
    while (flight.missing(offer.count) > 0 && !isStalled(flight)) await delay(5);
    await delay(DOUBLES_MS);
    flight.confirmErrors = this.payers.errors - errorsBefore;
    return flight;
  }

  /** How many should have been sent by now. */
  private due({ count, rate, window }: Offer, flight: Flight, sent: number): number {
    if (rate > 0) return Math.min(count, Math.max(sent, Math.floor(((nowMs() - flight.beganAtMs) / 1000) * rate)));
    return Math.min(count, sent + SEND_MAX, Math.max(sent, flight.verdicts + window));
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.consumer.disconnect(), this.producer.disconnect(), this.payers.close()]);
  }
}

const isStalled = (flight: Flight): boolean => nowMs() - flight.movedAtMs > STALLED_MS;
