import { Inject, Injectable } from '@nestjs/common';
import type { CreateOutcome, DiditClient } from '@assent/didit';
import { statusText } from '@assent/didit';
import type { FinalRefusal, OpeningFailure, Refusal } from '@assent/domain-session';
import { assertNever } from '@assent/kernel';
import { logFor, metrics, noteAuthentication } from '@assent/platform';
import { Database, type Tx } from '@assent/postgres';
import { ApprovalLinks } from '../authentication/approval-links';
import type { AuthenticationRecord } from '../authentication/authentication-record';
import { whileContended } from '../authentication/contended';
import { UnitServices } from '../authentication/unit-services';
import { Portraits } from '../portraits';
import { openingMaxMs, SETTINGS, type Settings } from '../settings';
import { type OpeningResult, SessionOpening } from '../vendor/session-opening';
import { VendorTasks } from '../vendor/vendor-tasks';
import { DIDIT, VendorWork } from '../vendor/vendor-work';
import { ApprovalIntents, type IntentAnswer } from './approval-intents';
import { keyOfLink } from './find-approval';

const log = logFor('approvals');
const creates = metrics.counter('assent_vendor_sessions_total', 'Create calls to the vendor, by what became of them.', ['outcome']);

/** Sessions that the vendor may give back used before an attempt fails: each is deleted, and the next call makes a new one. */
const CREATES_MAX = 3;
/** Rounds of clearing the payer's place: look at the other check, give it up, delete it. */
const ROUNDS_MAX = 4;

export type ConfirmAnswer =
  | { readonly kind: 'UNKNOWN_LINK' }
  /** To the vendor's hosted check. */
  | { readonly kind: 'HOSTED'; readonly url: string }
  /** To the result, or to the page that waits for it. */
  | { readonly kind: 'RESULT' }
  | { readonly kind: 'EXPIRED' }
  /** The page shows other details than would be bound: it is shown again. */
  | { readonly kind: 'SHOW_AGAIN' }
  /** No session was had; the payer may confirm again. */
  | { readonly kind: 'UNAVAILABLE' }
  /** Another payment's check is open, and it is not certain yet that it is gone. */
  | { readonly kind: 'WAIT' };

/**
 * What the payer decides on our page. A confirmation is written down first, then the vendor session is made, then the payer is sent there;
 * between each of these the process may end, and nothing is lost or approved twice.
 */
@Injectable()
export class Approvals {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UnitServices) private readonly units: UnitServices,
    @Inject(ApprovalIntents) private readonly intents: ApprovalIntents,
    @Inject(SessionOpening) private readonly opening: SessionOpening,
    @Inject(VendorTasks) private readonly tasks: VendorTasks,
    @Inject(VendorWork) private readonly work: VendorWork,
    @Inject(Portraits) private readonly portraits: Portraits,
    @Inject(ApprovalLinks) private readonly links: ApprovalLinks,
    @Inject(DIDIT) private readonly didit: DiditClient,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'diditTimeoutMs' | 'publicBaseUrl'>,
  ) {}

  /** The payer has confirmed what the page showed. */
  async confirm(tokenHash: Buffer, shownHash: string): Promise<ConfirmAnswer> {
    let otherWasFetched = false;
    for (let round = 1; round <= ROUNDS_MAX; round++) {
      const answer = await this.intents.confirm({ tokenHash, shownHash, otherWasFetched });
      if ('record' in answer) noteAuthentication(answer.record.authenticationId);
      switch (answer.kind) {
        case 'UNKNOWN_LINK':
          return answer;
        case 'OPEN':
          return this.open(answer);
        case 'ENDED':
          return { kind: 'RESULT' };
        case 'REFUSED':
          return this.refused(answer.record, answer.refusal);
        case 'OTHER_OPENING':
          return { kind: 'WAIT' };
        case 'OTHER_OPEN':
          // The payer may have finished it a moment ago: then it is that payment's approval, not something to throw away.
          await this.lookAt(answer.key, answer.vendorSessionId);
          otherWasFetched = true;
          break;
        case 'OTHER_DELETING':
          if (!(await this.isDeleted(answer.vendorSessionId))) return { kind: 'WAIT' };
          break;
        default:
          return assertNever(answer, 'answer');
      }
    }
    return { kind: 'WAIT' };
  }

  /** The payer does not want it. @returns false for an unknown link; refusing what has ended has no effect */
  async refuse(tokenHash: Buffer, shownHash: string | null): Promise<boolean> {
    return whileContended(() =>
      this.database.transaction(async (tx) => {
        const key = await keyOfLink(tx, tokenHash);
        if (key === null) return false;
        const unit = await this.units.begin(tx, [key]);
        unit.run(key, { type: 'Refuse', shownHash, nowMs: unit.nowMs(key) });
        await unit.save();
        return true;
      }, 'refusal'),
    );
  }

  private async refused(record: AuthenticationRecord, refusal: Refusal): Promise<ConfirmAnswer> {
    switch (refusal) {
      case 'OTHER_CONTENT_SHOWN':
        return { kind: 'SHOW_AGAIN' };
      case 'REQUEST_OVER':
        return { kind: 'EXPIRED' };
      case 'NOT_DEMANDED':
        return { kind: 'UNKNOWN_LINK' };
      case 'ALREADY_CONFIRMED': {
        const url = await this.hostedUrl(record);
        return url === null ? { kind: 'RESULT' } : { kind: 'HOSTED', url };
      }
      case 'TOO_MANY_ATTEMPTS':
        return { kind: 'UNAVAILABLE' };
      default:
        return { kind: 'RESULT' };
    }
  }

  private async hostedUrl({ key }: AuthenticationRecord): Promise<string | null> {
    const { rows } = await this.database.query<{ hosted_url: string | null }>(
      `SELECT session.hosted_url FROM vendor_session AS session JOIN authentication AS row USING (key, vendor_session_id)
        WHERE row.key = $1 AND row.state = 'IN_CHECK'`,
      [key],
    );
    return rows[0]?.hosted_url ?? null;
  }

  private async open({ record, attempt, input }: Extract<IntentAnswer, { kind: 'OPEN' }>): Promise<ConfirmAnswer> {
    const { key, namespace, payerId, request } = record;
    const portrait = await this.portraits.reference({ namespace, payerId });
    const callback = `${this.links.urlOf(key)}/return`;
    // A create call may take its timeout twice; what goes on for longer would be taken for lost.
    const untilMs = performance.now() + openingMaxMs(this.settings.diditTimeoutMs) - 2 * this.settings.diditTimeoutMs;
    for (let create = 1; create <= CREATES_MAX && performance.now() < untilMs; create++) {
      const outcome = await this.didit.createSession({ ...input, callback, locale: request.payer.locale ?? null, portrait: portrait?.image ?? null });
      if (outcome.kind !== 'created') {
        creates.inc({ outcome: outcome.kind === 'refused' ? outcome.code : outcome.kind });
        return this.failed(key, attempt, failureOf(outcome));
      }
      const { sessionId: vendorSessionId, status, url: hostedUrl } = outcome.session;
      const result = await this.opening.answered({ key, attempt, input, vendorSessionId, status: statusText(status), hostedUrl, portraitSha256: portrait?.sha256 ?? null });
      creates.inc({ outcome: result });
      if (result === 'OPENED') return { kind: 'HOSTED', url: hostedUrl };
      const next = await this.afterRefusedSession(result, vendorSessionId);
      if (next !== null) return next;
    }
    return this.failed(key, attempt, 'SESSION_NOT_NEW');
  }

  /** A session that was not taken is deleted before another one is asked for: else the vendor gives the same one back. Null: ask again. */
  private async afterRefusedSession(result: Exclude<OpeningResult, 'OPENED'>, vendorSessionId: string): Promise<ConfirmAnswer | null> {
    if (result === 'OVER') return { kind: 'RESULT' };
    log.warn('the vendor gave back a session that is not new', { vendorSessionId });
    await this.isDeleted(vendorSessionId);
    return null;
  }

  private async failed(key: string, attempt: number, failure: OpeningFailure | FinalRefusal): Promise<ConfirmAnswer> {
    const [gatewayId, authenticationId] = key.split(':');
    log.warn('no vendor session was had', { gatewayId, authenticationId, attempt, reason: failure });
    await this.opening.failed({ key, attempt, failure });
    return failure === 'VENDOR_UNAVAILABLE' || failure === 'SESSION_NOT_NEW' || failure === 'LOST' ? { kind: 'UNAVAILABLE' } : { kind: 'RESULT' };
  }

  /** Reads the decision of a session now, and waits until it is applied. */
  private async lookAt(key: string, vendorSessionId: string): Promise<void> {
    const ended = this.work.ended('FETCH', vendorSessionId, this.waitMs());
    await this.database.transaction((tx: Tx) => this.tasks.want(tx, [{ kind: 'FETCH', vendorSessionId, key, causeId: null, reportedStatus: null }]));
    await ended;
  }

  /** Waits for a deletion that is asked for already. Whether it is certain. */
  private async isDeleted(vendorSessionId: string): Promise<boolean> {
    // Listen first: it may end between the look at the table and the listening. Another replica may work on it, so look again at the end.
    const ended = this.work.ended('DELETE', vendorSessionId, this.waitMs());
    if (!(await this.isDeletionPending(vendorSessionId))) return true;
    return (await ended) === 'done' || !(await this.isDeletionPending(vendorSessionId));
  }

  private async isDeletionPending(vendorSessionId: string): Promise<boolean> {
    const { rows } = await this.database.query(`SELECT 1 FROM vendor_task WHERE kind = 'DELETE' AND vendor_session_id = $1`, [vendorSessionId]);
    return rows.length > 0;
  }

  private waitMs(): number {
    return this.settings.diditTimeoutMs + 1000;
  }
}

/** What an outcome of the create call without a session means for the attempt. */
function failureOf(outcome: Exclude<CreateOutcome, { kind: 'created' }>): OpeningFailure | FinalRefusal {
  if (outcome.kind !== 'refused') return 'VENDOR_UNAVAILABLE';
  switch (outcome.code) {
    case 'NO_ENROLLED_FACE':
      return 'NO_ENROLLED_FACE';
    case 'PAYER_BLOCKED':
    case 'PORTRAIT_REFUSED':
      return 'PAYER_REFUSED';
    case 'OUT_OF_CREDITS':
    case 'WORKFLOW_INVALID':
    case 'FORBIDDEN':
    case 'REQUEST_INVALID':
      return 'DEPLOYMENT_REFUSED';
    default:
      return assertNever(outcome.code, 'refusal');
  }
}
