import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { DiditEventV1, InboundEvent } from '@assent/contracts';
import { isWorthFetching } from '@assent/domain-session';
import { type BatchContext, EventPattern } from '@assent/kafka';
import { metrics } from '@assent/platform';
import { textArray, type Tx } from '@assent/postgres';
import { whileContendedIn } from '../authentication/contended';
import { UnitServices } from '../authentication/unit-services';
import { type KnownSession, knownSessions, lockVendorSessions } from '../vendor/vendor-session-locks';
import { VendorTasks, type WantedTask } from '../vendor/vendor-tasks';
import { reportableStatus } from '../vendor/reportable-status';
import { parkWebhooks } from './parked-webhooks';

const webhooks = metrics.counter('assent_webhooks_total', 'Verified webhooks, by what became of them.', ['effect']);

interface Hint {
  readonly session: KnownSession;
  readonly status: string;
  readonly happenedAtMs: number;
  readonly causeId: string;
}

const NOTE_REPORT_TIME = `
  UPDATE vendor_session AS session SET reported_at = greatest(session.reported_at, to_timestamp(report.happened_ms / 1000.0))
    FROM unnest($1::text[], $2::float8[]) AS report (vendor_session_id, happened_ms)
   WHERE session.vendor_session_id = report.vendor_session_id`;

/**
 * Takes verified webhooks. A webhook is a hint: progress is told on, anything that could decide is fetched from the vendor first, and what
 * comes late, twice or about nobody has no effect.
 */
@Controller()
export class DiditEventConsumer {
  constructor(
    @Inject(UnitServices) private readonly units: UnitServices,
    @Inject(VendorTasks) private readonly tasks: VendorTasks,
  ) {}

  @EventPattern('didit.event')
  async reported(@Payload() batch: InboundEvent<DiditEventV1>[], @Ctx() { tx }: BatchContext): Promise<void> {
    const ids = [...new Set(batch.map(({ body }) => body.vendorSessionId))];
    await lockVendorSessions(tx, ids);
    const { sessions, refused } = await knownSessions(tx, ids);
    const parked: { vendorSessionId: string; event: InboundEvent }[] = [];
    const wanted: WantedTask[] = [];
    const hints: Hint[] = [];
    for (const event of batch) {
      const { vendorSessionId, status } = event.body;
      const session = sessions.get(vendorSessionId);
      if (session === undefined) {
        if (!refused.has(vendorSessionId)) parked.push({ vendorSessionId, event });
        webhooks.inc({ effect: refused.has(vendorSessionId) ? 'none' : 'parked' });
        continue;
      }
      const effect = effectOf(session, status);
      webhooks.inc({ effect });
      if (effect === 'fetch') wanted.push({ kind: 'FETCH', vendorSessionId, key: session.key, causeId: event.id, reportedStatus: status });
      if (effect === 'told' && status !== null) hints.push({ session, status: reportableStatus(status), happenedAtMs: happenedAt(event.body), causeId: event.id });
    }
    await parkWebhooks(tx, parked);
    if (hints.length > 0) await whileContendedIn(tx, () => this.tell(tx, hints));
    await this.tasks.want(tx, wanted);
  }

  /** Tells progress on, in the order in which it happened at the vendor; an older report than the last one is a late one. */
  private async tell(tx: Tx, hints: readonly Hint[]): Promise<void> {
    const unit = await this.units.begin(tx, hints.map(({ session }) => session.key));
    const reported = new Map<string, number>();
    for (const { session, status, happenedAtMs, causeId } of hints.toSorted((a, b) => a.happenedAtMs - b.happenedAtMs)) {
      const { key, vendorSessionId, reportedAtMs } = session;
      if (reportedAtMs !== null && happenedAtMs < reportedAtMs) continue;
      unit.run(key, { type: 'NoteVendorStatus', vendorSessionId, status, nowMs: unit.nowMs(key) }, { causeId });
      reported.set(vendorSessionId, happenedAtMs);
    }
    await unit.save();
    if (reported.size > 0) await tx.query(NOTE_REPORT_TIME, [textArray([...reported.keys()]), [...reported.values()]]);
  }
}

const happenedAt = ({ createdAt, dispatchedAt }: DiditEventV1): number => Date.parse(createdAt ?? dispatchedAt);

/** A closed session is only worth a look if it says something else than what was decided on. */
function effectOf(session: KnownSession, status: string | null): 'fetch' | 'told' | 'none' {
  if (!session.current) return 'none';
  if (session.decided) return status !== null && status !== session.status && isWorthFetching(status) ? 'fetch' : 'none';
  return status === null || isWorthFetching(status) ? 'fetch' : 'told';
}
