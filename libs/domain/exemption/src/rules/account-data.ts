import type { Facts } from '../facts';
import type { Profile } from '../profile';
import type { ReasonCode } from '../reason-codes';
import type { Evidence } from '../rule';
import type { Settings } from '../settings';

const COVERED_ITEMS: ReadonlySet<string> = new Set(['balance', 'transactions']);

/** What Articles 10 and 10a share: a first authentication, its age, and no more data than balance and recent payments. */
export function accountDataReasons({ access }: Facts, { accountAccess }: Profile, settings: Settings, daysMax: number | null): ReasonCode[] {
  const reasons: ReasonCode[] = [];
  if (access.first !== false) reasons.push('ACCESS_FIRST_TIME');
  // "More than" so many days: the last day itself is still inside. Null: the regime does not ask again.
  if (daysMax !== null && !(access.daysSinceSca !== null && access.daysSinceSca <= daysMax)) reasons.push('ACCESS_SCA_TOO_OLD');
  if (!(access.historyDays !== null && access.historyDays <= accountAccess.historyDays)) reasons.push('ACCESS_HISTORY_TOO_LONG');
  if (access.sensitive !== false) reasons.push('ACCESS_SENSITIVE_DATA');
  if (!itemsAreCovered(access.items, settings)) reasons.push('ACCESS_SCOPE_TOO_WIDE');
  return reasons;
}

function itemsAreCovered(items: readonly string[] | null, { aisBothItemsAllowed }: Settings): boolean {
  if (items === null || items.length === 0 || !items.every((item) => COVERED_ITEMS.has(item))) return false;
  return aisBothItemsAllowed || new Set(items).size === 1;
}

export const accountDataEvidence = ({ access, monitoringAvailable }: Facts, daysMax: number | null): Evidence => ({ ...access, daysMax, monitoringAvailable });
