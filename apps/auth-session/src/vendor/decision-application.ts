import { Inject, Injectable } from '@nestjs/common';
import { statusText, type VendorDecision } from '@assent/didit';
import { hasSession, type VerdictPolicy } from '@assent/domain-session';
import { Database, type Tx } from '@assent/postgres';
import { BatchedWork } from '../authentication/batched-work';
import { UnitServices } from '../authentication/unit-services';
import { SETTINGS, type Settings } from '../settings';
import { decisionEvidence, toFetchedDecision } from './fetched-decision';
import { reportableStatus } from './reportable-status';
import { type VendorTask, VendorTasks } from './vendor-tasks';

/** A call to the vendor that has ended with certainty. `GONE`: the vendor has no such session (any more). */
export interface SettledCall {
  readonly task: VendorTask;
  readonly answer: VendorDecision | 'GONE';
}

const OWNERS = 'SELECT vendor_session_id, key FROM vendor_session WHERE vendor_session_id = ANY ($1::text[])';
const CLOSE_DELETED = `UPDATE vendor_session SET state = 'CLOSED', heard_at = clock_timestamp() WHERE vendor_session_id = ANY ($1::text[]) AND state = 'DELETING'`;
const HEARD = `UPDATE vendor_session SET heard_at = clock_timestamp() WHERE vendor_session_id = ANY ($1::text[]) AND state IN ('OPEN', 'IN_REVIEW')`;

/**
 * Applies what was fetched or deleted: many answers in one transaction, each judged against its authentication as it is now. The verdict,
 * its code, its evidence and the end of the task are one commit.
 */
@Injectable()
export class DecisionApplication {
  private readonly policy: VerdictPolicy;
  private readonly settled = new BatchedWork<SettledCall, null>((calls) => this.database.transaction((tx) => this.apply(tx, calls), 'decision'));

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UnitServices) private readonly units: UnitServices,
    @Inject(VendorTasks) private readonly tasks: VendorTasks,
    @Inject(SETTINGS) settings: Pick<Settings, 'allowSingleFactor' | 'diditEnvironment' | 'diditWorkflowId'>,
  ) {
    this.policy = { allowSingleFactor: settings.allowSingleFactor, environment: settings.diditEnvironment, workflowId: settings.diditWorkflowId };
  }

  async submit(call: SettledCall): Promise<void> {
    await this.settled.submit(call);
  }

  private async apply(tx: Tx, calls: readonly SettledCall[]): Promise<null[]> {
    const owners = await this.ownersOf(tx, calls);
    const unit = await this.units.begin(tx, [...owners.values()]);
    for (const { task, answer } of calls) {
      const key = owners.get(task.vendorSessionId);
      if (key === undefined) continue;
      const { vendorSessionId, causeId } = task;
      const state = unit.state(key);
      const attempt = hasSession(state) ? state.attempt : 0;
      const evidence = answer === 'GONE' ? {} : decisionEvidence(attempt, answer);
      const fetched = answer === 'GONE' ? answer : toFetchedDecision(answer);
      const command = { type: 'ApplyFetchedDecision', vendorSessionId, answer: fetched, policy: this.policy, otherFactors: [], nowMs: unit.nowMs(key) } as const;
      unit.run(key, command, { evidence, causeId });
    }
    await unit.save();
    await this.endTasks(tx, calls);
    return calls.map(() => null);
  }

  /** Whose sessions these are now: a session that was not taken may be one that another payment has. */
  private async ownersOf(tx: Tx, calls: readonly SettledCall[]): Promise<ReadonlyMap<string, string>> {
    const ids = calls.map(({ task }) => task.vendorSessionId);
    const { rows } = await tx.query<{ vendor_session_id: string; key: string }>(OWNERS, [ids]);
    return new Map(rows.map((row) => [row.vendor_session_id, row.key]));
  }

  private async endTasks(tx: Tx, calls: readonly SettledCall[]): Promise<void> {
    const deleted = calls.filter(({ task }) => task.kind === 'DELETE').map(({ task }) => task.vendorSessionId);
    const fetched = calls.filter(({ task }) => task.kind === 'FETCH').map(({ task }) => task.vendorSessionId);
    const finished = calls.map(({ task, answer }) => ({
      kind: task.kind,
      vendorSessionId: task.vendorSessionId,
      wanted: task.wanted,
      foundStatus: answer === 'GONE' ? null : reportableStatus(statusText(answer.status)),
    }));
    await Promise.all([
      deleted.length === 0 ? null : tx.query(CLOSE_DELETED, [deleted]),
      fetched.length === 0 ? null : tx.query(HEARD, [fetched]),
      this.tasks.done(tx, finished),
    ]);
  }
}
