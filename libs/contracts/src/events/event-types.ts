/** The `ce_type` of every event of version 1. A breaking change gets a new version beside the old one. */
export const EVENT_TYPES = [
  'sca.requested.v1',
  'sca.decided.v1',
  'sca.session.v1',
  'sca.verdict.v1',
  'sca.revoked.v1',
  'sca.redeemed.v1',
  'sca.evidence.v1',
  'compliance.event.v1',
  'didit.event.v1',
  'payment.outcome.v1',
  'audit.entry.v1',
  'audit.checkpoint.v1',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

const known: ReadonlySet<string> = new Set(EVENT_TYPES);
export const isEventType = (type: string): type is EventType => known.has(type);
