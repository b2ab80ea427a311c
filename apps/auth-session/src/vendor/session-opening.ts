import { Inject, Injectable } from '@nestjs/common';
import type { OpeningFailure, FinalRefusal } from '@assent/domain-session';
import { Database, type Tx } from '@assent/postgres';
import { BatchedWork } from '../authentication/batched-work';
import { UnitServices } from '../authentication/unit-services';
import { claimParked } from '../webhooks/parked-webhooks';
import { knownSessions, lockVendorSessions } from './vendor-session-locks';
import { VendorTasks } from './vendor-tasks';
import { closeAttempt, type SessionInput } from './write-vendor-sessions';

/** What the vendor answered to the create call of an attempt. */
export interface CreateAnswer {
  readonly key: string;
  readonly attempt: number;
  readonly input: SessionInput;
  readonly vendorSessionId: string;
  readonly status: string;
  readonly hostedUrl: string;
  /** Hash of the picture that went along, for the evidence; null: the vendor's stored face is used. */
  readonly portraitSha256: string | null;
}

export interface FailedCreate {
  readonly key: string;
  readonly attempt: number;
  readonly failure: OpeningFailure | FinalRefusal;
}

/** `OPENED`: taken. `NOT_NEW`: not taken, and the attempt still wants one. `OVER`: not taken, and nobody wants one any more. */
export type OpeningResult = 'OPENED' | 'NOT_NEW' | 'OVER';

/** Takes the vendor's answers to create calls, many in one transaction, and what webhooks came before them. */
@Injectable()
export class SessionOpening {
  private readonly answers = new BatchedWork<CreateAnswer, OpeningResult>((answers) => this.database.transaction((tx) => this.accept(tx, answers), 'session-opening'));
  private readonly failures = new BatchedWork<FailedCreate, null>((failures) => this.database.transaction((tx) => this.fail(tx, failures)));

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UnitServices) private readonly units: UnitServices,
    @Inject(VendorTasks) private readonly tasks: VendorTasks,
  ) {}

  answered(answer: CreateAnswer): Promise<OpeningResult> {
    return this.answers.submit(answer);
  }

  async failed(failure: FailedCreate): Promise<void> {
    await this.failures.submit(failure);
  }

  private async accept(tx: Tx, answers: readonly CreateAnswer[]): Promise<OpeningResult[]> {
    const ids = answers.map(({ vendorSessionId }) => vendorSessionId);
    await lockVendorSessions(tx, ids);
    const [unit, known] = await Promise.all([this.units.begin(tx, answers.map(({ key }) => key)), knownSessions(tx, ids)]);
    const seen = new Set([...known.sessions.keys(), ...known.refused]);
    const opened: { vendorSessionId: string; key: string }[] = [];
    const results = answers.map(({ key, attempt, vendorSessionId, status, hostedUrl, input, portraitSha256 }): OpeningResult => {
      const created = { vendorSessionId, status, seenBefore: seen.has(vendorSessionId) };
      seen.add(vendorSessionId);
      unit.run(key, { type: 'AcceptCreatedSession', attempt, created, ...input, nowMs: unit.nowMs(key) }, { hostedUrl, evidence: { portraitSha256 } });
      const state = unit.state(key);
      if (state.status === 'IN_CHECK' && state.session.vendorSessionId === vendorSessionId && !created.seenBefore) {
        opened.push({ vendorSessionId, key });
        return 'OPENED';
      }
      return state.status === 'OPENING' && state.attempt === attempt ? 'NOT_NEW' : 'OVER';
    });
    await unit.save();
    await this.heedParked(tx, ids, opened);
    return results;
  }

  /** Webhooks that were there before the row: whatever they say, the decision is fetched. */
  private async heedParked(tx: Tx, ids: readonly string[], opened: readonly { vendorSessionId: string; key: string }[]): Promise<void> {
    const parked = new Map((await claimParked(tx, ids)).map((webhook) => [webhook.vendorSessionId, webhook.causeId]));
    const early = opened.filter(({ vendorSessionId }) => parked.has(vendorSessionId));
    const wanted = early.map(({ vendorSessionId, key }) => ({ kind: 'FETCH' as const, vendorSessionId, key, causeId: parked.get(vendorSessionId) ?? null, reportedStatus: null }));
    await this.tasks.want(tx, wanted);
  }

  private async fail(tx: Tx, failures: readonly FailedCreate[]): Promise<null[]> {
    const unit = await this.units.begin(tx, failures.map(({ key }) => key));
    const moved: FailedCreate[] = [];
    for (const failed of failures) {
      const { key, attempt, failure } = failed;
      const result = unit.run(key, { type: 'FailOpening', attempt, failure, nowMs: unit.nowMs(key) });
      if (!result.ok || unit.state(key).status === 'DECIDED') moved.push(failed);
    }
    await unit.save();
    // The authentication went on without it, or ended by it: the attempt's row no longer holds the payer's place.
    for (const { key, attempt } of moved) await closeAttempt(tx, key, attempt);
    return failures.map(() => null);
  }
}
