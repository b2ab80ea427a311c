import type { Sample } from './scrape';

export interface OutboxStatus {
  /** Age of the oldest waiting message, seconds; 0 where none waits. */
  readonly oldestSeconds: number;
  /** Lanes in which messages wait, with the age of their oldest. */
  readonly lanes: Readonly<Record<string, number>>;
  /** Age of the oldest message that the broker refused for good, seconds; 0 where there is none. */
  readonly refusedSeconds: number;
}

/** What a service says of itself beyond its health. Null where it does not measure it, or cannot know it now. */
export interface Measures {
  readonly replicas: number | null;
  readonly outbox: OutboxStatus | null;
  readonly parkedWebhooks: number | null;
  readonly vendorTasks: { readonly due: number; readonly oldestSeconds: number } | null;
  /** Calls of each kind that the vendor still takes this minute, as far as the asked replica knows. */
  readonly vendorBudget: Readonly<Record<string, number>> | null;
}

type Samples = ReadonlyMap<string, readonly Sample[]>;

/** Reads the metrics of docs/operating out of one scrape. */
export function measuresIn(samples: Samples): Measures {
  const single = (name: string): number | null => samples.get(name)?.[0]?.value ?? null;
  const [due, oldestSeconds] = [single('assent_vendor_tasks_due'), single('assent_vendor_task_oldest_seconds')];
  const budget = samples.get('assent_vendor_budget_left') ?? [];
  return {
    replicas: single('assent_replicas'),
    outbox: outboxIn(samples.get('assent_outbox_oldest_seconds') ?? []),
    parkedWebhooks: single('assent_parked_webhooks'),
    vendorTasks: due === null || oldestSeconds === null ? null : { due, oldestSeconds },
    vendorBudget: budget.length === 0 ? null : Object.fromEntries(budget.map(({ labels, value }) => [labels['scope'] ?? '', value])),
  };
}

function outboxIn(samples: readonly Sample[]): OutboxStatus | null {
  if (samples.length === 0) return null;
  const lanes = samples.map(({ labels, value }): [string, number] => [labels['lane'] ?? '', value]);
  const waiting = lanes.filter(([lane, seconds]) => lane !== 'parked' && seconds > 0);
  return {
    oldestSeconds: Math.max(0, ...waiting.map(([, seconds]) => seconds)),
    lanes: Object.fromEntries(waiting),
    refusedSeconds: lanes.find(([lane]) => lane === 'parked')?.[1] ?? 0,
  };
}
