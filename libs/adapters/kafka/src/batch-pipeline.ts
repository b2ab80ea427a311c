import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type DeadLetterCode, deadLetter, describeTopic, type InboundEvent, type RawRecord, type TopicName } from '@assent/contracts';
import { type Attempts, type Claim, claimMessages, countAttempt, type Database, forgetAttempts, isInfrastructureError, type MessageIdentity, type Tx } from '@assent/postgres';
import { ok } from '@assent/kernel';
import { failpoint, type Span, startSpan } from '@assent/platform';
import type { BatchContext, BatchHandler } from './batch-context';
import type { Parsed } from './parsed-record';

export interface PipelineOptions {
  readonly database: Database;
  readonly service: string;
  /** Topics that share a handler are handled together: one call for all their messages in a transaction. */
  readonly handlers: ReadonlyMap<TopicName, BatchHandler>;
  /** Topics whose unusable messages this service dead-letters. Of other topics it skips them, since their owner does it. */
  readonly deadLetters: ReadonlySet<TopicName>;
  readonly report: (event: PipelineEvent) => void;
}

export type PipelineEvent =
  | { readonly kind: 'handled'; readonly messages: number; readonly seconds: number }
  | { readonly kind: 'duplicate'; readonly topic: TopicName }
  | { readonly kind: 'dead-lettered'; readonly topic: TopicName; readonly code: DeadLetterCode; readonly partition: number; readonly offset: string }
  | { readonly kind: 'skipped'; readonly topic: TopicName; readonly code: DeadLetterCode }
  | { readonly kind: 'blocked'; readonly error: unknown }
  | { readonly kind: 'failed'; readonly error: unknown; readonly messages: number };

interface Submission {
  readonly parsed: readonly Parsed[];
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** One transaction takes at most this many messages; the bound keeps it far below the session timeout. */
const MESSAGES_MAX = 1000;
/** Tries of a message whose handler fails for an unknown reason, before it is set aside. */
const ATTEMPTS_MAX = 5;
/** Starts of the process on the same first message, before its batch is taken apart. */
const STARTS_MAX = 2;
const BLOCK_FIRST_MS = 100;
const BLOCK_LAST_MS = 2000;
const RETRY_MS = 50;

/**
 * Turns fetched batches into effects: deduplicated, handled and written in one transaction, however many partitions they came from.
 * While one transaction is under way, what arrives becomes the next, so load makes batches larger and not the queue longer.
 *
 * What fails is told apart (reliability: classify errors):
 *   the message does not fit the contract → dead letter, in the same transaction as its inbox row;
 *   the infrastructure is away            → nothing moves until it is back; never a dead letter;
 *   anything else (a bug)                 → halved until the message stands alone, five tries, then dead letter.
 */
export class BatchPipeline {
  private waiting: Submission[] = [];
  private running: Promise<void> | null = null;
  private stopped = false;

  constructor(private readonly options: PipelineOptions) {}

  /** Resolves once the effects of all these messages are committed. Rejects only when the pipeline is stopped. */
  submit(parsed: readonly Parsed[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ parsed, resolve, reject });
      this.running ??= this.run();
    });
  }

  /** Ends after the transaction that is under way; what waits is rejected and will be fetched again. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /**
   * As `submit`, for the first messages of a partition after a start, whose start is counted beforehand. Had one of them ended the
   * process (the offset stood still, so they are the first again), the count shows it, and they are taken one by one, each counted.
   */
  async submitFirst(parsed: readonly Parsed[]): Promise<void> {
    const [first] = parsed;
    if (first === undefined) return;
    const { topic, partition, offset } = first.record;
    const start = { topic: `start of ${topic}`, partition, offset };
    const { started } = await this.whileBlocked(() => countAttempt(this.options.database, start));
    if (started <= STARTS_MAX) await this.submit(parsed);
    else for (const message of parsed) await this.alone(message);
    await this.whileBlocked(() => forgetAttempts(this.options.database, start));
  }

  private async run(): Promise<void> {
    // All partitions of one fetch arrive in one turn of the event loop: let them join.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const taken = this.take();
      const error = await this.settle(taken.flatMap(({ parsed }) => parsed));
      for (const { resolve, reject } of taken) {
        if (error === null) resolve();
        else reject(error);
      }
    }
    this.running = null;
  }

  private take(): Submission[] {
    let messages = 0;
    let count = 0;
    for (const { parsed } of this.waiting) {
      messages += parsed.length;
      if (count > 0 && messages > MESSAGES_MAX) break;
      count += 1;
    }
    return this.waiting.splice(0, count);
  }

  private async settle(parsed: readonly Parsed[]): Promise<Error | null> {
    try {
      await this.process(parsed);
      return null;
    } catch (error) {
      return error instanceof Error ? error : new Error('the pipeline failed');
    }
  }

  private async process(parsed: readonly Parsed[]): Promise<void> {
    try {
      await this.whileBlocked(() => this.attempt(parsed));
    } catch (error) {
      if (this.stopped) throw error;
      this.options.report({ kind: 'failed', error, messages: parsed.length });
      const [only] = parsed;
      if (parsed.length === 1 && only !== undefined) return this.alone(only);
      const half = Math.ceil(parsed.length / 2);
      await this.process(parsed.slice(0, half));
      await this.process(parsed.slice(half));
    }
  }

  /** Tries one message with its tries counted, until it has its effect or is set aside. */
  private async alone(message: Parsed): Promise<void> {
    const { topic, partition, offset } = message.record;
    const position = { topic, partition, offset };
    for (;;) {
      const attempts = await this.whileBlocked(() => countAttempt(this.options.database, position));
      if (attempts.started > ATTEMPTS_MAX) {
        await this.whileBlocked(() => this.setAside(message, attempts));
        return;
      }
      try {
        await this.whileBlocked(() => this.attempt([message]));
        await this.whileBlocked(() => forgetAttempts(this.options.database, position));
        return;
      } catch (error) {
        if (this.stopped) throw error;
        this.options.report({ kind: 'failed', error, messages: 1 });
        await delay(RETRY_MS * attempts.started);
      }
    }
  }

  /** Repeats through outages: the partition waits, and heals with the infrastructure. */
  private async whileBlocked<T>(work: () => Promise<T>): Promise<T> {
    for (let waitMs = BLOCK_FIRST_MS; ; waitMs = Math.min(waitMs * 2, BLOCK_LAST_MS)) {
      if (this.stopped) throw new Error('the pipeline was stopped');
      try {
        return await work();
      } catch (error) {
        if (!isInfrastructureError(error)) throw error;
        this.options.report({ kind: 'blocked', error });
        await delay(waitMs);
      }
    }
  }

  private async attempt(parsed: readonly Parsed[]): Promise<void> {
    const started = performance.now();
    const traced = parsed.map(begin);
    try {
      const reports = await this.options.database.transaction((tx) => this.effects(tx, traced));
      reach(parsed, 'after-commit');
      for (const report of reports) this.options.report(report);
    } catch (error) {
      for (const { span } of traced) span?.fail('BATCH_FAILED');
      throw error;
    } finally {
      for (const { span } of traced) span?.end();
    }
    this.options.report({ kind: 'handled', messages: parsed.length, seconds: (performance.now() - started) / 1000 });
  }

  private async effects(tx: Tx, parsed: readonly Parsed[]): Promise<PipelineEvent[]> {
    const reports: PipelineEvent[] = [];
    const usable = parsed.filter((message) => {
      if (message.result.ok || this.options.deadLetters.has(message.name)) return true;
      reports.push({ kind: 'skipped', topic: message.name, code: message.result.error.code });
      return false;
    });
    if (usable.length === 0) return reports;
    const claims = await claimMessages(tx, usable.map(identityOf));
    const batches = new Map<BatchHandler, InboundEvent[]>();
    const refused: Refusal[] = [];
    usable.forEach((message, i) => this.sort(message, claims[i] ?? 'duplicate', batches, refused, reports));

    const context: BatchContext = {
      tx,
      deadLetter: ({ raw }, code, reason) => void refused.push({ name: nameOf(raw), record: raw, code, reason, remember: false }),
    };
    reach(parsed, 'before-handler');
    for (const [handler, batch] of batches) await handler(batch, context);
    await this.refuse(tx, refused, reports);
    reach(parsed, 'before-commit');
    return reports;
  }

  private sort(message: Parsed, claim: Claim, batches: Map<BatchHandler, InboundEvent[]>, refused: Refusal[], reports: PipelineEvent[]): void {
    const { name, record, result } = message;
    if (claim === 'reused') {
      const reason = 'ce_id: this id was used before with other content; give every new message an id of its own.';
      if (this.options.deadLetters.has(name)) refused.push({ name, record, code: 'ID_REUSED', reason, remember: true });
      else reports.push({ kind: 'skipped', topic: name, code: 'ID_REUSED' });
    } else if (claim === 'duplicate') {
      reports.push({ kind: 'duplicate', topic: name });
    } else if (result.ok) {
      const handler = this.options.handlers.get(name);
      if (handler === undefined) throw new Error(`no handler for ${name}`);
      const batch = batches.get(handler);
      if (batch === undefined) batches.set(handler, [result.value]);
      else batch.push(result.value);
    } else {
      refused.push({ name, record, code: result.error.code, reason: result.error.reason, remember: false });
    }
  }

  /** Writes dead letters. One that could not be claimed by its own identity (that is another message's) is claimed by its position. */
  private async refuse(tx: Tx, refused: readonly Refusal[], reports: PipelineEvent[], attempts?: Attempts): Promise<void> {
    const remembered = refused.filter(({ remember }) => remember);
    const claims = remembered.length === 0 ? [] : await claimMessages(tx, remembered.map(({ record }) => positionIdentity(record)));
    const known = new Set(remembered.filter((_, i) => claims[i] !== 'new'));
    const nowMs = Date.now();
    for (const refusal of refused) {
      if (known.has(refusal)) continue;
      const { name, record, code, reason } = refusal;
      const letter = { code, reason, attempts: attempts?.started ?? 1, firstAtMs: attempts?.firstAtMs ?? nowMs, lastAtMs: nowMs, service: this.options.service };
      tx.publishRecord(deadLetter(record, letter));
      reports.push({ kind: 'dead-lettered', topic: name, code, partition: record.partition, offset: record.offset });
    }
  }

  /** After its last try: the dead letter, the inbox row and the end of the count are one commit. */
  private async setAside(message: Parsed, attempts: Attempts): Promise<void> {
    const reason = 'The service failed on this message several times. Look at its log, mend the cause, then redrive the message.';
    const reports = await this.options.database.transaction(async (tx) => {
      const events: PipelineEvent[] = [];
      const [claim] = await claimMessages(tx, [identityOf(message)]);
      const refusal: Refusal = { name: message.name, record: message.record, code: 'HANDLER_FAILED', reason, remember: false };
      if (claim === 'new') await this.refuse(tx, [refusal], events, { ...attempts, started: attempts.started - 1 });
      await forgetAttempts(tx, message.record);
      return events;
    });
    for (const report of reports) this.options.report(report);
  }
}

interface Traced extends Parsed {
  readonly span: Span | null;
}

/** Each message is a step of its own trace, so that what is published because of it goes on with that trace; without one it begins one. */
function begin(parsed: Parsed): Traced {
  if (!parsed.result.ok) return { ...parsed, span: null };
  const event = parsed.result.value;
  const span = startSpan(`process ${parsed.name}`, { parent: event.traceparent, root: true, kind: 'consumer', attributes: { topic: parsed.record.topic, partition: parsed.record.partition, offset: parsed.record.offset } });
  return { ...parsed, result: ok({ ...event, traceparent: span.traceparent }), span };
}

/** Failpoints of this step are called by the topics that are worked on. */
function reach(parsed: readonly Parsed[], moment: string): void {
  for (const name of new Set(parsed.map((message) => message.name))) failpoint(name, moment);
}

function nameOf({ topic }: RawRecord): TopicName {
  const described = describeTopic(topic);
  if (described === null) throw new Error(`a message of ${topic}, which is no topic of the contract`);
  return described.name;
}

interface Refusal {
  readonly name: TopicName;
  readonly record: RawRecord;
  readonly code: DeadLetterCode;
  readonly reason: string;
  readonly remember: boolean;
}

/** The hash covers key and value: together they are what a redelivery must repeat. */
function hashOf({ key, value }: RawRecord): Buffer {
  const hash = createHash('sha256');
  hash.update(key === null ? '-' : `${key.length}:`);
  if (key !== null) hash.update(key);
  hash.update(value === null ? '-' : '+');
  if (value !== null) hash.update(value);
  return hash.digest();
}

/** What a message is known by where its envelope says nothing usable: where it lies. */
const positionIdentity = (record: RawRecord): MessageIdentity => ({
  id: record.offset,
  source: `kafka:${record.topic}/${record.partition}`,
  redrive: 0,
  bodyHash: hashOf(record),
});

function identityOf({ record, result }: Parsed): MessageIdentity {
  const envelope = result.ok ? result.value : result.error.envelope;
  return envelope === null ? positionIdentity(record) : { id: envelope.id, source: envelope.source, redrive: envelope.redrive, bodyHash: hashOf(record) };
}
