import { type Result, ok, refuse } from '@assent/kernel';

/** What is known of a payer's portrait. Times in milliseconds by the database's clock. */
export interface KnownPortrait {
  /** Hash of the image; null once the gateway has deleted it. */
  readonly sha256: string | null;
  /** When the image went, by deletion or by its time; null while it is there. */
  readonly removedAtMs: number | null;
}

/** A redeemed approval of `portrait_replace` that is younger than the stored portrait and has not served yet. */
export interface ReplacementApproval {
  readonly codeId: string;
  readonly redeemedAtMs: number;
}

export interface PortraitRefusal {
  readonly code: 'PORTRAIT_EXISTS' | 'PORTRAIT_COOLING_OFF';
  /** From when on the same call would be taken; null where an approval is missing. */
  readonly possibleFromMs: number | null;
}

/** The approval that a stored image came by; null for a first one. */
export type Permission = { readonly approvedBy: string | null };

/**
 * Whether another image may take the place of a payer's portrait (interface section 2). The portrait is what the face is matched against, so
 * whoever could exchange it could approve payments: it takes an approved `portrait_replace` and a cooling-off delay, in which the payer can object.
 * Deleting and storing again is replacing, too, and waits for the same delay. An image that went by its time may come back as it was, at once.
 */
export function permitReplacement(
  known: KnownPortrait,
  sha256: string,
  approval: ReplacementApproval | null,
  nowMs: number,
  coolingOffMs: number,
): Result<Permission, PortraitRefusal> {
  if (known.removedAtMs !== null && known.sha256 === sha256) return ok({ approvedBy: null });
  const approvedFromMs = approval === null ? null : approval.redeemedAtMs + coolingOffMs;
  if (approval !== null && approvedFromMs !== null && approvedFromMs <= nowMs) return ok({ approvedBy: approval.codeId });
  const emptyFromMs = known.removedAtMs === null ? null : known.removedAtMs + coolingOffMs;
  if (emptyFromMs !== null && emptyFromMs <= nowMs) return ok({ approvedBy: null });
  const waits = [approvedFromMs, emptyFromMs].filter((fromMs) => fromMs !== null);
  return refuse(waits.length === 0 ? { code: 'PORTRAIT_EXISTS', possibleFromMs: null } : { code: 'PORTRAIT_COOLING_OFF', possibleFromMs: Math.min(...waits) });
}
