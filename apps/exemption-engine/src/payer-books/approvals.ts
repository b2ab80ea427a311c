import { type Secret, subjectRef } from '@assent/platform';
import { splitAuthenticationKey } from '@assent/kernel';
import { type Tx, textArray } from '@assent/postgres';
import { publishCompliance } from '../compliance';
import type { ApprovalEffect } from './approval-effect';

/** An approval that changes the books of its payer. */
export interface Approval {
  /** `<gatewayId>:<authenticationId>` */
  readonly key: string;
  readonly namespace: string;
  readonly payerId: string;
  readonly effect: ApprovalEffect;
  /** By strong customer authentication: an entry that was made otherwise exempts nothing. */
  readonly sca: boolean;
  /** The database's time, in milliseconds. */
  readonly atMs: number;
  readonly causationId: string;
}

const ACCESS = `
  INSERT INTO access_authentication (namespace, payer_id, via, authenticated_at, approved_by)
  SELECT DISTINCT ON (namespace, payer_id, via) namespace, payer_id, via, to_timestamp(at_ms::float8 / 1000), approved_by
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS new (namespace, payer_id, via, at_ms, approved_by)
   ORDER BY namespace, payer_id, via, at_ms::float8 DESC
  ON CONFLICT (namespace, payer_id, via) DO UPDATE SET authenticated_at = excluded.authenticated_at, approved_by = excluded.approved_by
   WHERE access_authentication.authenticated_at < excluded.authenticated_at`;

const TRUST = `
  INSERT INTO trusted_payee (namespace, payer_id, account, name, sca, approved_by) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (namespace, payer_id, account)
  DO UPDATE SET name = excluded.name, sca = excluded.sca, approved_by = excluded.approved_by, approved_at = clock_timestamp()`;

const NEW_SERIES = `
  INSERT INTO payment_series (namespace, payer_id, series_id, amount_minor, currency, account, name, sca, approved_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  ON CONFLICT (namespace, payer_id, series_id)
  DO UPDATE SET amount_minor = excluded.amount_minor, currency = excluded.currency, account = excluded.account, name = excluded.name, sca = excluded.sca,
                approved_by = excluded.approved_by, approved_at = clock_timestamp(), first_paid_by = NULL, first_paid_sca = NULL`;

const AMEND_SERIES = `
  UPDATE payment_series SET amount_minor = $4, currency = $5, account = $6, name = $7, sca = $8, approved_by = $9, approved_at = clock_timestamp()
   WHERE namespace = $1 AND payer_id = $2 AND series_id = $3`;

const FIRST_PAYMENT = `
  UPDATE payment_series SET first_paid_by = $7, first_paid_sca = $8
   WHERE namespace = $1 AND payer_id = $2 AND series_id = $3 AND amount_minor = $4 AND currency = $5 AND account = $6
     AND (first_paid_by IS NULL OR (NOT first_paid_sca AND $8))`;

/** Writes what approvals change, in their order. A changed list or series is a compliance event, with pseudonyms in place of payer and payee. */
export async function applyApprovals(tx: Tx, approvals: readonly Approval[], subjectRefKey: Secret<Buffer>): Promise<void> {
  if (approvals.length === 0) return;
  const standing = await withoutRevoked(tx, approvals);
  await applyAccess(tx, standing.filter(({ effect, sca }) => effect.type === 'ACCESS' && sca));
  for (const approval of standing) {
    const change = await applyOne(tx, approval);
    if (change === null) continue;
    const { key, namespace, payerId, atMs, sca, causationId } = approval;
    const subject = splitAuthenticationKey(key);
    publishCompliance(tx, {
      namespace,
      kind: change.kind,
      occurredAtMs: atMs,
      ...(subject === null ? {} : { subject: subject.authenticationId }),
      causationId,
      data: {
        authenticationId: subject?.authenticationId ?? null,
        gatewayId: subject?.gatewayId ?? null,
        payerRef: subjectRef(subjectRefKey, namespace, payerId),
        payeeRef: subjectRef(subjectRefKey, namespace, `payee ${change.account}`),
        strongAuthentication: sca,
        ...change.data,
      },
    });
  }
}

/** An approval that was revoked before it came here is treated as one that never was strong. */
async function withoutRevoked(tx: Tx, approvals: readonly Approval[]): Promise<Approval[]> {
  const { rows } = await tx.query<{ key: string }>('SELECT key FROM revoked_approval WHERE key = ANY ($1::text[])', [textArray(approvals.map(({ key }) => key))]);
  const revoked = new Set(rows.map(({ key }) => key));
  return approvals.map((approval) => (revoked.has(approval.key) ? { ...approval, sca: false } : approval));
}

async function applyAccess(tx: Tx, approvals: readonly Approval[]): Promise<void> {
  if (approvals.length === 0) return;
  const column = (read: (approval: Approval) => string): Buffer => textArray(approvals.map(read));
  await tx.query(ACCESS, [
    column(({ namespace }) => namespace),
    column(({ payerId }) => payerId),
    column(({ effect }) => (effect.type === 'ACCESS' ? effect.via : 'direct')),
    column(({ atMs }) => String(atMs)),
    column(({ key }) => key),
  ]);
}

interface Change {
  readonly kind: 'TRUSTED_PAYEE_CHANGED' | 'SERIES_CHANGED';
  readonly account: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Null where nothing has changed that compliance must learn. */
async function applyOne(tx: Tx, { namespace, payerId, key, effect, sca }: Approval): Promise<Change | null> {
  switch (effect.type) {
    case 'ACCESS':
      return null;
    case 'TRUST':
      await tx.query(TRUST, [namespace, payerId, effect.account, effect.name, sca, key]);
      return { kind: 'TRUSTED_PAYEE_CHANGED', account: effect.account, data: {} };
    case 'SERIES': {
      const { seriesId, amountMinor, currency, account, name, renew } = effect;
      const { rowCount } = await tx.query(renew ? NEW_SERIES : AMEND_SERIES, [namespace, payerId, seriesId, amountMinor, currency, account, name, sca, key]);
      // A series that was never made here cannot be changed.
      return rowCount === 0 ? null : { kind: 'SERIES_CHANGED', account, data: { seriesId, change: renew ? 'CREATED' : 'AMENDED' } };
    }
    case 'SERIES_PAYMENT': {
      const { seriesId, amountMinor, currency, account } = effect;
      await tx.query(FIRST_PAYMENT, [namespace, payerId, seriesId, amountMinor, currency, account, key, sca]);
      return null;
    }
  }
}

const REVOKE = [
  'INSERT INTO revoked_approval (key) SELECT key FROM unnest($1::text[]) AS key ORDER BY key ON CONFLICT DO NOTHING',
  'UPDATE trusted_payee SET sca = false WHERE approved_by = ANY ($1::text[])',
  'UPDATE payment_series SET sca = false WHERE approved_by = ANY ($1::text[])',
  'UPDATE payment_series SET first_paid_sca = false WHERE first_paid_by = ANY ($1::text[])',
  'DELETE FROM access_authentication WHERE approved_by = ANY ($1::text[])',
];

/**
 * An approval that no longer stands takes what it made with it: entries stay to be seen, and exempt nothing. The caller has locked the
 * authentications, so that an approval is either written before or finds the revocation.
 */
export async function revokeApprovals(tx: Tx, keys: readonly string[]): Promise<void> {
  const sorted = textArray([...new Set(keys)].sort());
  await Promise.all(REVOKE.map((statement) => tx.query(statement, [sorted])));
}
