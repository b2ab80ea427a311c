import { Inject, Injectable, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import type { DecisionOutcome, DeleteOutcome, DiditClient } from '@assent/didit';
import { assertNever } from '@assent/kernel';
import { logFor, metrics } from '@assent/platform';
import { DecisionApplication, type SettledCall } from './decision-application';
import { type VendorTask, VendorTasks } from './vendor-tasks';

export const DIDIT = Symbol('Didit client');

const log = logFor('vendor-work');
const calls = metrics.counter('assent_vendor_tasks_total', 'Calls of the vendor tasks, by kind and outcome.', ['kind', 'outcome']);
const waiting = metrics.gauge('assent_vendor_tasks_waiting', 'Vendor tasks that this process has claimed and not begun.');

/** Calls under way at once. The vendor counts calls per minute, so more would only be throttled. */
const CONCURRENCY = 32;
/** What this process takes on itself; past it, tasks stay for whoever has room. */
const CLAIMED_MAX = 2000;
const POLL_MS = 250;
const CLAIM_BATCH = 100;
const RETRY_FIRST_MS = 500;
const RETRY_LAST_MS = 30_000;
/** No answer of the vendor may stop us for longer. */
const THROTTLE_MAX_MS = 60_000;

type Ended = 'done' | 'later';

/**
 * Makes the calls that the task table asks for: at once for what this process committed itself, by polling for what was put off or left
 * behind by a replica that died. A certain answer is applied; an uncertain one is tried again, with growing and scattered waits.
 */
@Injectable()
export class VendorWork implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly queue: VendorTask[] = [];
  private readonly waiters = new Map<string, ((ended: Ended) => void)[]>();
  private readonly running = new Set<Promise<void>>();
  private pausedUntilMs = 0;
  private timer: NodeJS.Timeout | null = null;
  private polling: Promise<void> | null = null;
  private stopped = false;

  constructor(
    @Inject(DIDIT) private readonly didit: DiditClient,
    @Inject(VendorTasks) private readonly tasks: VendorTasks,
    @Inject(DecisionApplication) private readonly application: DecisionApplication,
  ) {
    tasks.onClaimed((claimed) => this.take(claimed));
  }

  onApplicationBootstrap(): void {
    this.schedule(POLL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.polling;
    this.queue.length = 0;
    await Promise.all(this.running);
  }

  /** Waits until this process has worked on a task once, whichever way it ended; `later` also where nothing happened in time. */
  ended(kind: VendorTask['kind'], vendorSessionId: string, waitMs: number): Promise<Ended> {
    const name = nameOf({ kind, vendorSessionId });
    return new Promise((resolve) => {
      const list = this.waiters.get(name) ?? [];
      this.waiters.set(name, list);
      const settle = (ended: Ended): void => {
        clearTimeout(timeout);
        resolve(ended);
      };
      const timeout = setTimeout(() => {
        const others = (this.waiters.get(name) ?? []).filter((waiter) => waiter !== settle);
        if (others.length === 0) this.waiters.delete(name);
        else this.waiters.set(name, others);
        resolve('later');
      }, waitMs);
      list.push(settle);
    });
  }

  private take(claimed: readonly VendorTask[]): void {
    // What does not fit stays claimed in the table until its claim runs out; then whoever has room takes it.
    this.queue.push(...claimed.slice(0, Math.max(0, CLAIMED_MAX - this.queue.length)));
    waiting.set(this.queue.length);
    this.begin();
  }

  private begin(): void {
    while (this.running.size < CONCURRENCY && !this.stopped && Date.now() >= this.pausedUntilMs) {
      const task = this.queue.shift();
      if (task === undefined) break;
      const work = this.work(task).finally(() => {
        this.running.delete(work);
        this.begin();
      });
      this.running.add(work);
    }
    waiting.set(this.queue.length);
  }

  private async work(task: VendorTask): Promise<void> {
    let ended: Ended = 'later';
    try {
      const outcome = task.kind === 'FETCH' ? await this.didit.fetchDecision(task.vendorSessionId) : await this.didit.deleteSession(task.vendorSessionId);
      calls.inc({ kind: task.kind, outcome: outcome.kind });
      const settled = settledBy(task, outcome);
      if (settled === null) {
        await this.tasks.later(task, this.waitAfter(task, outcome));
      } else {
        await this.application.submit(settled);
        ended = 'done';
      }
    } catch (error) {
      // The database is away, or there is a bug: the claim runs out, and the task is taken up again.
      log.error('vendor task failed', { kind: task.kind, vendorSessionId: task.vendorSessionId, attempts: task.tries, error });
    }
    this.tell(task, ended);
  }

  private tell(task: VendorTask, ended: Ended): void {
    const name = nameOf(task);
    const waiters = this.waiters.get(name) ?? [];
    this.waiters.delete(name);
    for (const waiter of waiters) waiter(ended);
  }

  private waitAfter(task: VendorTask, outcome: DecisionOutcome | DeleteOutcome): number {
    const growing = Math.min(RETRY_FIRST_MS * 2 ** task.tries, RETRY_LAST_MS);
    const scattered = growing * (0.5 + Math.random());
    if (outcome.kind === 'forbidden') log.error('the vendor refuses our key', { kind: task.kind, attempts: task.tries });
    if (outcome.kind !== 'throttled') return scattered;
    const asked = Math.min(outcome.retryAfterMs, THROTTLE_MAX_MS);
    this.pausedUntilMs = Date.now() + asked;
    return asked + scattered;
  }

  private schedule(afterMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.polling = this.poll().finally(() => {
        this.polling = null;
        this.schedule(POLL_MS);
      });
    }, afterMs);
  }

  private async poll(): Promise<void> {
    this.begin();
    if (Date.now() < this.pausedUntilMs || this.queue.length > CLAIM_BATCH) return;
    try {
      this.take(await this.tasks.claimDue(CLAIM_BATCH));
    } catch (error) {
      log.warn('vendor tasks wait for the database', { error });
    }
  }
}

const nameOf = ({ kind, vendorSessionId }: Pick<VendorTask, 'kind' | 'vendorSessionId'>): string => `${kind} ${vendorSessionId}`;

/** What a certain answer says; null where nothing is certain. */
function settledBy(task: VendorTask, outcome: DecisionOutcome | DeleteOutcome): SettledCall | null {
  switch (outcome.kind) {
    case 'found':
      return { task, answer: outcome.decision };
    case 'not_found':
    case 'deleted':
      return { task, answer: 'GONE' };
    case 'forbidden':
    case 'throttled':
    case 'unreached':
    case 'unknown':
      return null;
    default:
      return assertNever(outcome, 'outcome');
  }
}
