import { Injectable } from '@nestjs/common';
import { DEFAULT_POLICY, parsePolicy, type Policy } from '@assent/domain-exemption';
import { type Sql, textArray } from '@assent/postgres';

/** The policies that hold for the namespaces of one batch, as they were when the batch began. */
export type PolicyOf = (namespace: string) => Policy;

const CURRENT = 'SELECT namespace, version FROM policy_current WHERE namespace = ANY ($1::text[])';
const BODIES = `
  SELECT v.namespace, v.version, v.body
    FROM policy_version AS v JOIN unnest($1::text[], $2::integer[]) AS wanted (namespace, version) USING (namespace, version)`;

/** A version never changes, so what was read once is kept. More than this many are not in use at one time. */
const KEPT_MAX = 1000;

const nameOf = (namespace: string, version: number): string => `${namespace}\n${version}`;

/**
 * Which policy holds for a namespace now. Asked in the transaction that decides, so that a published policy holds for the next batch of
 * every replica, with nothing to restart.
 */
@Injectable()
export class Policies {
  private readonly kept = new Map<string, Policy>();

  async of(sql: Sql, namespaces: Iterable<string>): Promise<PolicyOf> {
    const wanted = [...new Set(namespaces)].sort();
    const current = new Map<string, Policy>();
    if (wanted.length > 0) {
      const { rows } = await sql.query<{ namespace: string; version: number }>(CURRENT, [textArray(wanted)]);
      await this.keep(sql, rows);
      for (const { namespace, version } of rows) current.set(namespace, this.known(namespace, version));
    }
    return (namespace) => current.get(namespace) ?? DEFAULT_POLICY;
  }

  /** One version, whether it holds or not; null where there is none. */
  async version(sql: Sql, namespace: string, version: number): Promise<Policy | null> {
    if (version === DEFAULT_POLICY.version) return DEFAULT_POLICY;
    await this.keep(sql, [{ namespace, version }]);
    return this.kept.get(nameOf(namespace, version)) ?? null;
  }

  private known(namespace: string, version: number): Policy {
    const policy = version === DEFAULT_POLICY.version ? DEFAULT_POLICY : this.kept.get(nameOf(namespace, version));
    if (policy === undefined) throw new Error('invariant broken: the policy that holds is there');
    return policy;
  }

  private async keep(sql: Sql, versions: readonly { readonly namespace: string; readonly version: number }[]): Promise<void> {
    const missing = versions.filter(({ namespace, version }) => version !== DEFAULT_POLICY.version && !this.kept.has(nameOf(namespace, version)));
    if (missing.length === 0) return;
    const values = [missing.map(({ namespace }) => namespace), missing.map(({ version }) => version)];
    const { rows } = await sql.query<{ namespace: string; version: number; body: string }>(BODIES, values);
    if (this.kept.size + rows.length > KEPT_MAX) this.kept.clear();
    for (const { namespace, version, body } of rows) {
      const policy = parsePolicy(JSON.parse(body));
      if (!policy.ok) throw new Error(`invariant broken: a stored policy can be read (${policy.error})`);
      this.kept.set(nameOf(namespace, version), policy.value);
    }
  }
}
