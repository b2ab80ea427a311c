import type { BrokerStatus } from './broker-status';
import type { Measures } from './measures';
import type { ServiceStatus } from './probe';

export interface Finding {
  /** Closed, for programs. */
  readonly code:
    | 'SERVICE_UNREACHABLE'
    | 'SERVICE_NOT_READY'
    | 'BROKER_UNREACHABLE'
    | 'CONSUMER_MISSING'
    | 'CONSUMER_BEHIND'
    | 'OUTBOX_OLD'
    | 'OUTBOX_REFUSED'
    | 'VENDOR_TASKS_OLD'
    | 'VENDOR_BUDGET_LOW'
    | 'WEBHOOKS_PARKED'
    | 'DEAD_LETTERS';
  /** True: something is wrong now. False: somebody should have a look. */
  readonly failing: boolean;
  readonly detail: string;
  /** What to do, under docs/operating. */
  readonly runbook: string;
}

export interface MeasuredService extends ServiceStatus, Partial<Measures> {}

/** As in infra/observability/alerts.yml, so that an alert and a look at the command line say the same. */
export const OUTBOX_OLD_SECONDS = 30;
export const LAG_MAX = 1000;
export const VENDOR_TASK_OLD_SECONDS = 60;
export const VENDOR_BUDGET_LOW = 60;

/** What an operator should know of, worst first. `broker` is null where it could not be asked, undefined where none is named. */
export function findingsOf(services: readonly MeasuredService[], broker: BrokerStatus | null | undefined): Finding[] {
  const ofBroker = broker === null ? [failing('BROKER_UNREACHABLE', 'Kafka cannot be reached', 'broker-down.md')] : (broker?.consumers ?? []).flatMap(consumerFindings);
  const found = [...services.flatMap((service) => [...healthFindings(service), ...workFindings(service)]), ...ofBroker, ...deadLetterFindings(broker)];
  return found.sort((a, b) => Number(b.failing) - Number(a.failing));
}

const failing = (code: Finding['code'], detail: string, runbook: string): Finding => ({ code, failing: true, detail, runbook });
const worthALook = (code: Finding['code'], detail: string, runbook: string): Finding => ({ code, failing: false, detail, runbook });

function healthFindings({ name, reachable, live, ready, failing: checks }: MeasuredService): Finding[] {
  if (!reachable) return [failing('SERVICE_UNREACHABLE', `${name} cannot be reached`, 'service-down.md')];
  if (live && ready) return [];
  const which = checks.length === 0 ? '' : ` (${checks.join(', ')})`;
  return [failing('SERVICE_NOT_READY', `${name} is not ready${which}`, checks.includes('postgres') ? 'database-down.md' : 'service-down.md')];
}

function workFindings({ name, outbox, vendorTasks, vendorBudget, parkedWebhooks }: MeasuredService): Finding[] {
  const found: Finding[] = [];
  if (outbox && outbox.oldestSeconds > OUTBOX_OLD_SECONDS) {
    found.push(failing('OUTBOX_OLD', `messages of ${name} have waited ${Math.round(outbox.oldestSeconds)} s to be published`, 'broker-down.md'));
  }
  if (outbox && outbox.refusedSeconds > 0) found.push(failing('OUTBOX_REFUSED', `the broker refuses messages of ${name} for good`, 'poison.md'));
  if (vendorTasks && vendorTasks.oldestSeconds > VENDOR_TASK_OLD_SECONDS) {
    found.push(failing('VENDOR_TASKS_OLD', `${vendorTasks.due} calls to the vendor are overdue`, 'vendor-down.md'));
  }
  const creates = vendorBudget?.['create'] ?? Number.POSITIVE_INFINITY;
  if (creates < VENDOR_BUDGET_LOW) found.push(worthALook('VENDOR_BUDGET_LOW', `the vendor takes ${creates} more sessions this minute`, 'vendor-down.md'));
  const parked = parkedWebhooks ?? 0;
  if (parked > 0) found.push(worthALook('WEBHOOKS_PARKED', `${parked} webhooks name a session that is not known yet`, 'poison.md'));
  return found;
}

function consumerFindings({ group, members, lag }: BrokerStatus['consumers'][number]): Finding[] {
  const found: Finding[] = [];
  if (members === 0) found.push(failing('CONSUMER_MISSING', `nobody consumes for ${group}`, 'service-down.md'));
  if (lag > LAG_MAX) found.push(failing('CONSUMER_BEHIND', `${group} is ${lag} messages behind`, 'adding-replicas.md'));
  return found;
}

function deadLetterFindings(broker: BrokerStatus | null | undefined): Finding[] {
  const letters = Object.values(broker?.deadLetters ?? {}).reduce((sum, count) => sum + count, 0);
  return letters === 0 ? [] : [worthALook('DEAD_LETTERS', `${letters} dead letters are kept (assent dlq list)`, 'poison.md')];
}
