import type { Outcome } from '@assent/domain-session';
import type { AuthenticationRecord } from '../authentication/authentication-record';
import type { ApprovalNotice, ResultState } from '../page';

/** Which page an approval's link shows now. */
export type ApprovalDisplay =
  /** The payer may confirm, or go on with an open check by confirming again. */
  | { readonly page: 'APPROVAL'; readonly notice: ApprovalNotice | null }
  | { readonly page: 'RESULT'; readonly state: ResultState }
  /** Nobody was told this link yet, or its time is up. */
  | { readonly page: 'NONE'; readonly expired: boolean };

const RESULTS: Readonly<Record<Outcome, ResultState>> = {
  APPROVED: 'APPROVED',
  EXEMPT: 'NOT_NEEDED',
  OUT_OF_SCOPE: 'NOT_NEEDED',
  SCA_PROHIBITED: 'NOT_NEEDED',
  DECLINED: 'DECLINED',
  EXPIRED: 'EXPIRED',
  CANCELLED: 'CANCELLED',
  UNAVAILABLE: 'UNAVAILABLE',
};

/** What the link itself shows: the page to decide on while there is something to decide, else the result. */
export function approvalDisplay({ state }: AuthenticationRecord, nowMs: number): ApprovalDisplay {
  switch (state.status) {
    case 'PENDING':
      return { page: 'NONE', expired: false };
    case 'DECIDED':
      return { page: 'RESULT', state: resultOf(state.verdict) };
    case 'IN_REVIEW':
      return { page: 'RESULT', state: 'IN_REVIEW' };
    case 'OPENING':
      return { page: 'RESULT', state: 'IN_PROGRESS' };
    case 'IN_CHECK':
      return nowMs >= state.expiresAtMs ? { page: 'NONE', expired: true } : { page: 'APPROVAL', notice: 'CHECK_NOT_FINISHED' };
    case 'AWAITING_PAYER':
      if (nowMs >= state.expiresAtMs) return { page: 'NONE', expired: true };
      return { page: 'APPROVAL', notice: noticeOf(state) };
  }
}

/** Where the payer comes back to: how it stands. An open check is looked at again until there is a result. */
export function returnDisplay(record: AuthenticationRecord, nowMs: number): ApprovalDisplay {
  return record.state.status === 'IN_CHECK' ? { page: 'RESULT', state: 'IN_PROGRESS' } : approvalDisplay(record, nowMs);
}

function resultOf({ outcome, reasons }: { readonly outcome: Outcome; readonly reasons: readonly string[] }): ResultState {
  return reasons[0] === 'PAYER_REFUSED' ? 'REFUSED' : RESULTS[outcome];
}

function noticeOf({ attempt, lastFailure }: { readonly attempt: number; readonly lastFailure: string | null }): ApprovalNotice | null {
  if (lastFailure !== null) return 'CHECK_UNAVAILABLE';
  return attempt > 0 ? 'CHECK_NOT_FINISHED' : null;
}
