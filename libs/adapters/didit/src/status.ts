/**
 * Session and check statuses exactly as the vendor writes them (Didit contract, section 5).
 * A value outside the list is kept as `{ unknown }`: it is reported, treated as pending, and never an approval.
 */
export const VENDOR_STATUSES = [
  'Not Started',
  'In Progress',
  'Awaiting User',
  'In Review',
  'Approved',
  'Declined',
  'Resubmitted',
  'Expired',
  'Kyc Expired',
  'Abandoned',
] as const;
export type KnownVendorStatus = (typeof VENDOR_STATUSES)[number];
export type VendorStatus = KnownVendorStatus | { readonly unknown: string };

/** Statuses of one check (liveness, face match, device and place) inside a session. Not the session's own list: `Not Finished` exists only here. */
export const CHECK_STATUSES = ['Not Finished', 'Approved', 'Declined', 'In Review', 'Resub Requested', 'Expired'] as const;
export type KnownCheckStatus = (typeof CHECK_STATUSES)[number];
export type CheckStatus = KnownCheckStatus | { readonly unknown: string };

const SESSION: ReadonlySet<string> = new Set(VENDOR_STATUSES);
const CHECK: ReadonlySet<string> = new Set(CHECK_STATUSES);

const isVendorStatus = (text: string): text is KnownVendorStatus => SESSION.has(text);
const isCheckStatus = (text: string): text is KnownCheckStatus => CHECK.has(text);

/** Compares exactly: another case or a trailing blank is another, unknown status. */
export const toVendorStatus = (text: string): VendorStatus => (isVendorStatus(text) ? text : { unknown: text });
export const toCheckStatus = (text: string): CheckStatus => (isCheckStatus(text) ? text : { unknown: text });

/** The status as the vendor wrote it, known or not. */
export const statusText = (status: VendorStatus | CheckStatus): string => (typeof status === 'string' ? status : status.unknown);

/**
 * Statuses of a session that the vendor may hand to the next create call of the same payer (contract, section 2.2): unfinished ones.
 * A session in one of these still exists at the vendor and must be deleted once it is no longer wanted.
 */
const UNFINISHED: ReadonlySet<KnownVendorStatus> = new Set<KnownVendorStatus>(['Not Started', 'In Progress', 'Awaiting User', 'Resubmitted']);

/** Whether the session may still be taken up by the payer. An unknown status counts as unfinished: it is deleted rather than left open. */
export const isUnfinished = (status: VendorStatus): boolean => typeof status !== 'string' || UNFINISHED.has(status);
