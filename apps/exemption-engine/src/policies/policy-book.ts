import { DEFAULT_POLICY, parsePolicy } from '@assent/domain-exemption';
import { canonicalHash, type Result, ok, refuse, toRfc3339 } from '@assent/kernel';
import { Database, type Tx } from '@assent/postgres';
import { Inject, Injectable } from '@nestjs/common';
import { publishCompliance } from '../compliance';

export interface PolicyVersion {
  readonly version: number;
  readonly bodyHash: string | null;
  readonly createdBy: string | null;
  readonly createdAt: string | null;
  readonly publishedAt: string | null;
  readonly current: boolean;
}

export interface Author {
  readonly namespace: string;
  /** Id of the API key. */
  readonly keyId: string;
}

export type PolicyRefusal = { readonly code: 'POLICY_INVALID' | 'POLICY_UNKNOWN' | 'POLICY_NEVER_PUBLISHED' | 'POLICY_CURRENT'; readonly detail: string };
type Changed = { readonly version: number; readonly previousVersion: number };

const BUILT_IN = DEFAULT_POLICY.version;

/** Drafts, publishes and rolls back the policies of namespaces; each change of what holds is a compliance event of the same transaction. */
@Injectable()
export class PolicyBook {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Keeps a checked file as the next version. Nothing holds by it until it is published. */
  async draft(file: unknown, { namespace, keyId }: Author): Promise<Result<Changed, PolicyRefusal>> {
    const fields = typeof file === 'object' && file !== null && !Array.isArray(file) ? { ...file } : null;
    if (fields === null) return refuse({ code: 'POLICY_INVALID', detail: 'The body must be a policy file.' });
    Reflect.deleteProperty(fields, '$schema');
    return this.database.transaction(async (tx) => {
      const previousVersion = await this.lock(tx, namespace);
      const { rows } = await tx.query<{ version: number }>(
        'SELECT greatest(coalesce(max(version), 1), 1) + 1 AS version FROM policy_version WHERE namespace = $1',
        [namespace],
      );
      const version = rows[0]?.version ?? BUILT_IN + 1;
      const body = { ...fields, version };
      const policy = parsePolicy(body);
      if (!policy.ok) return refuse({ code: 'POLICY_INVALID', detail: policy.error });
      await tx.query('INSERT INTO policy_version (namespace, version, body, body_hash, created_by) VALUES ($1, $2, $3, $4, $5)', [
        namespace,
        version,
        JSON.stringify(body),
        canonicalHash(body),
        keyId,
      ]);
      return ok({ version, previousVersion });
    });
  }

  /** Makes a version hold from the next batch on. */
  publish(version: number, reason: string, author: Author): Promise<Result<Changed, PolicyRefusal>> {
    return this.change('PUBLISHED', version, reason, author);
  }

  /** Makes an earlier version hold again: the one before the last change, or the one that is named. */
  rollBack(version: number | null, reason: string, author: Author): Promise<Result<Changed, PolicyRefusal>> {
    return this.change('ROLLED_BACK', version, reason, author);
  }

  async versions(namespace: string): Promise<PolicyVersion[]> {
    const { rows } = await this.database.query<{
      version: number;
      body_hash: string;
      created_by: string;
      created_ms: number;
      published_ms: number | null;
      current: number | null;
    }>(
      `SELECT v.version, v.body_hash, v.created_by, extract(epoch FROM v.created_at)::float8 * 1000 AS created_ms,
              extract(epoch FROM v.published_at)::float8 * 1000 AS published_ms, c.version AS current
         FROM policy_version AS v LEFT JOIN policy_current AS c USING (namespace) WHERE v.namespace = $1 ORDER BY v.version DESC LIMIT 1000`,
      [namespace],
    );
    const current = rows[0]?.current ?? BUILT_IN;
    return [
      ...rows.map((row) => ({
        version: row.version,
        bodyHash: row.body_hash,
        createdBy: row.created_by,
        createdAt: toRfc3339(row.created_ms),
        publishedAt: row.published_ms === null ? null : toRfc3339(row.published_ms),
        current: row.version === current,
      })),
      { version: BUILT_IN, bodyHash: null, createdBy: null, createdAt: null, publishedAt: null, current: current === BUILT_IN },
    ];
  }

  /** The file of a version; null where there is none, or it is the one that comes with the engine. */
  async file(namespace: string, version: number): Promise<unknown> {
    const { rows } = await this.database.query<{ body: string }>('SELECT body FROM policy_version WHERE namespace = $1 AND version = $2', [namespace, version]);
    return rows[0] === undefined ? null : (JSON.parse(rows[0].body) as unknown);
  }

  private change(kind: 'PUBLISHED' | 'ROLLED_BACK', wanted: number | null, reason: string, author: Author): Promise<Result<Changed, PolicyRefusal>> {
    const { namespace, keyId } = author;
    return this.database.transaction(async (tx) => {
      const previousVersion = await this.lock(tx, namespace);
      const version = wanted ?? (await this.heldBefore(tx, namespace));
      if (version === null) return refuse({ code: 'POLICY_NEVER_PUBLISHED', detail: 'No other version has held before.' });
      if (version === previousVersion) return refuse({ code: 'POLICY_CURRENT', detail: `Version ${version} holds already.` });
      const known = version === BUILT_IN ? { published: true } : await this.known(tx, namespace, version);
      if (known === null) return refuse({ code: 'POLICY_UNKNOWN', detail: `There is no version ${version}.` });
      if (kind === 'ROLLED_BACK' && !known.published) return refuse({ code: 'POLICY_NEVER_PUBLISHED', detail: `Version ${version} has never held: publish it.` });
      await tx.query('UPDATE policy_version SET published_at = clock_timestamp() WHERE namespace = $1 AND version = $2 AND published_at IS NULL', [
        namespace,
        version,
      ]);
      await tx.query('UPDATE policy_current SET version = $2, changed_at = clock_timestamp() WHERE namespace = $1', [namespace, version]);
      const { rows } = await tx.query<{ changed_ms: number }>(
        `INSERT INTO policy_change (namespace, kind, version, previous_version, reason, changed_by) VALUES ($1, $2, $3, $4, $5, $6)
         RETURNING extract(epoch FROM changed_at)::float8 * 1000 AS changed_ms`,
        [namespace, kind, version, previousVersion, reason, keyId],
      );
      const data = { version, previousVersion, reason, changedBy: keyId };
      publishCompliance(tx, { namespace, kind: kind === 'PUBLISHED' ? 'POLICY_PUBLISHED' : 'POLICY_ROLLED_BACK', occurredAtMs: rows[0]?.changed_ms ?? 0, data });
      return ok({ version, previousVersion });
    });
  }

  /** One change at a time for each namespace. Answers the version that holds. */
  private async lock(tx: Tx, namespace: string): Promise<number> {
    await tx.query('INSERT INTO policy_current (namespace, version) VALUES ($1, $2) ON CONFLICT DO NOTHING', [namespace, BUILT_IN]);
    const { rows } = await tx.query<{ version: number }>('SELECT version FROM policy_current WHERE namespace = $1 FOR UPDATE', [namespace]);
    return rows[0]?.version ?? BUILT_IN;
  }

  private async heldBefore(tx: Tx, namespace: string): Promise<number | null> {
    const { rows } = await tx.query<{ previous_version: number }>(
      'SELECT previous_version FROM policy_change WHERE namespace = $1 ORDER BY seq DESC LIMIT 1',
      [namespace],
    );
    return rows[0]?.previous_version ?? null;
  }

  private async known(tx: Tx, namespace: string, version: number): Promise<{ readonly published: boolean } | null> {
    const { rows } = await tx.query<{ published: boolean }>(
      'SELECT published_at IS NOT NULL AS published FROM policy_version WHERE namespace = $1 AND version = $2',
      [namespace, version],
    );
    return rows[0] ?? null;
  }
}
