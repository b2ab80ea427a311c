import type { ComplianceKind } from '@assent/contracts';
import { toRfc3339 } from '@assent/kernel';
import type { Tx } from '@assent/postgres';

export interface ComplianceFact {
  readonly namespace: string;
  readonly kind: ComplianceKind;
  /** The database's time, in milliseconds. */
  readonly occurredAtMs: number;
  /** No name, account or amount of a payer: compliance officers read these. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The authentication that it is about, and the message that led to it, where there are any. */
  readonly subject?: string;
  readonly causationId?: string;
}

/** Tells compliance, in the transaction in which it becomes true. */
export function publishCompliance(tx: Tx, { namespace, kind, occurredAtMs, data, subject, causationId }: ComplianceFact): void {
  tx.publish({
    type: 'compliance.event.v1',
    key: namespace,
    gatewayId: null,
    subject: subject ?? null,
    causationId: causationId ?? null,
    body: { namespace, kind, occurredAt: toRfc3339(occurredAtMs), data: { ...data } },
  });
}
