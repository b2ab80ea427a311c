import type { BrokerStatus } from './broker-status';
import { findingsOf, type MeasuredService } from './findings';
import { measuresIn } from './measures';
import { parseMetrics } from './scrape';

const TEXT = `# HELP assent_outbox_oldest_seconds Age
# TYPE assent_outbox_oldest_seconds gauge
assent_outbox_oldest_seconds{lane="parked",service="auth-session"} 0
assent_outbox_oldest_seconds{lane="0",service="auth-session"} 0
assent_outbox_oldest_seconds{lane="7",service="auth-session"} 12.5
assent_replicas{service="auth-session"} 2
assent_parked_webhooks{service="auth-session"} 3
assent_vendor_tasks_due{service="auth-session"} 4
assent_vendor_task_oldest_seconds{service="auth-session"} 1.5
assent_vendor_budget_left{scope="create",service="auth-session"} 598
odd{text="a \\"quoted\\" one"} 1 1700000000000
not a line
`;

const ready: MeasuredService = { name: 'auth-session', url: 'http://127.0.0.1:1', reachable: true, live: true, ready: true, failing: [] };
const codes = (services: readonly MeasuredService[], broker?: BrokerStatus | null): string[] => findingsOf(services, broker).map(({ code, failing }) => (failing ? code : code.toLowerCase()));

describe('what a scrape says', () => {
  it('given the metrics of a service, reads what operators ask for', () => {
    expect(measuresIn(parseMetrics(TEXT))).toEqual({
      replicas: 2,
      outbox: { oldestSeconds: 12.5, lanes: { 7: 12.5 }, refusedSeconds: 0 },
      parkedWebhooks: 3,
      vendorTasks: { due: 4, oldestSeconds: 1.5 },
      vendorBudget: { create: 598 },
    });
    expect(parseMetrics(TEXT).get('odd')).toEqual([{ labels: { text: 'a "quoted" one' }, value: 1 }]);
  });

  it('given a service that measures nothing of it, says null and not zero', () => {
    expect(measuresIn(parseMetrics(''))).toEqual({ replicas: null, outbox: null, parkedWebhooks: null, vendorTasks: null, vendorBudget: null });
  });
});

describe('findings', () => {
  const broker: BrokerStatus = { consumers: [{ group: 'auth-session', state: 'Stable', members: 1, lag: 0, lagByTopic: {} }], deadLetters: {} };

  it('given health everywhere, there are none', () => {
    expect(codes([ready], broker)).toEqual([]);
    expect(codes([ready])).toEqual([]);
  });

  it.each<[string, MeasuredService, string[]]>([
    ['unreachable', { ...ready, reachable: false, live: false, ready: false }, ['SERVICE_UNREACHABLE']],
    ['not ready', { ...ready, ready: false, failing: ['postgres'] }, ['SERVICE_NOT_READY']],
    ['an old outbox', { ...ready, outbox: { oldestSeconds: 31, lanes: { 1: 31 }, refusedSeconds: 0 } }, ['OUTBOX_OLD']],
    ['a young outbox', { ...ready, outbox: { oldestSeconds: 30, lanes: { 1: 30 }, refusedSeconds: 0 } }, []],
    ['a message that the broker refuses', { ...ready, outbox: { oldestSeconds: 0, lanes: {}, refusedSeconds: 1 } }, ['OUTBOX_REFUSED']],
    ['overdue calls', { ...ready, vendorTasks: { due: 2, oldestSeconds: 61 } }, ['VENDOR_TASKS_OLD']],
    ['a budget that is nearly spent', { ...ready, vendorBudget: { create: 59 } }, ['vendor_budget_low']],
    ['parked webhooks', { ...ready, parkedWebhooks: 1 }, ['webhooks_parked']],
  ])('given %s', (_what, service, expected) => {
    expect(codes([service], broker)).toEqual(expected);
  });

  it('given a broker that is away, consumers that are missing or behind, and dead letters, the failing ones come first', () => {
    expect(codes([ready], null)).toEqual(['BROKER_UNREACHABLE']);
    const trouble: BrokerStatus = { consumers: [{ group: 'a', state: 'Empty', members: 0, lag: 1001, lagByTopic: { x: 1001 } }], deadLetters: { 'sca.requested.dlq': 2 } };
    expect(codes([{ ...ready, parkedWebhooks: 1 }], trouble)).toEqual(['CONSUMER_MISSING', 'CONSUMER_BEHIND', 'webhooks_parked', 'dead_letters']);
  });
});
