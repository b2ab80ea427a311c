import { type Sql, textArray } from '@assent/postgres';

/** What is asked for: one payer's entry by account, series id, or kind of access. */
export interface Asked {
  readonly namespace: string;
  readonly payerId: string;
  readonly id: string;
}

export interface PayeeRow {
  readonly sca: boolean;
}

export interface SeriesRow {
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly account: string;
  readonly sca: boolean;
  readonly hasFirstPayment: boolean;
  readonly firstPaymentSca: boolean;
}

export interface AccessRow {
  readonly authenticatedAtMs: number;
}

const ASKED = 'unnest($1::text[], $2::text[], $3::text[])';
const TRUSTED = `SELECT t.namespace, t.payer_id, t.account AS id, t.sca
  FROM trusted_payee AS t JOIN (SELECT DISTINCT * FROM ${ASKED} AS a (namespace, payer_id, account)) AS a USING (namespace, payer_id, account)`;
const SERIES = `SELECT s.namespace, s.payer_id, s.series_id AS id, s.amount_minor::text, s.currency, s.account, s.sca, s.first_paid_sca
  FROM payment_series AS s JOIN (SELECT DISTINCT * FROM ${ASKED} AS a (namespace, payer_id, series_id)) AS a USING (namespace, payer_id, series_id)`;
const ACCESS = `SELECT x.namespace, x.payer_id, x.via AS id, floor(extract(epoch FROM x.authenticated_at) * 1000)::float8 AS at_ms
  FROM access_authentication AS x JOIN (SELECT DISTINCT * FROM ${ASKED} AS a (namespace, payer_id, via)) AS a USING (namespace, payer_id, via)`;

interface Identified {
  readonly namespace: string;
  readonly payer_id: string;
  readonly id: string;
}

const columnsOf = (asked: readonly Asked[]): Buffer[] => (['namespace', 'payerId', 'id'] as const).map((name) => textArray(asked.map((one) => one[name])));
const nameOf = ({ namespace, payer_id, id }: Identified): string => `${namespace}\n${payer_id}\n${id}`;

/** Trusted payees, by namespace, payer and account. */
export async function readTrusted(sql: Sql, asked: readonly Asked[]): Promise<Map<string, PayeeRow>> {
  if (asked.length === 0) return new Map();
  const { rows } = await sql.query<Identified & { readonly sca: boolean }>(TRUSTED, columnsOf(asked));
  return new Map(rows.map((row) => [nameOf(row), { sca: row.sca }]));
}

interface WrittenSeries extends Identified {
  readonly amount_minor: string;
  readonly currency: string;
  readonly account: string;
  readonly sca: boolean;
  readonly first_paid_sca: boolean | null;
}

const seriesOf = ({ amount_minor, currency, account, sca, first_paid_sca }: WrittenSeries): SeriesRow => ({
  amountMinor: BigInt(amount_minor),
  currency,
  account,
  sca,
  hasFirstPayment: first_paid_sca !== null,
  firstPaymentSca: first_paid_sca === true,
});

/** Series, by namespace, payer and id. */
export async function readSeries(sql: Sql, asked: readonly Asked[]): Promise<Map<string, SeriesRow>> {
  if (asked.length === 0) return new Map();
  const { rows } = await sql.query<WrittenSeries>(SERIES, columnsOf(asked));
  return new Map(rows.map((row) => [nameOf(row), seriesOf(row)]));
}

/** The last authentications for access, by namespace, payer and way. */
export async function readAccess(sql: Sql, asked: readonly Asked[]): Promise<Map<string, AccessRow>> {
  if (asked.length === 0) return new Map();
  const { rows } = await sql.query<Identified & { readonly at_ms: number }>(ACCESS, columnsOf(asked));
  return new Map(rows.map((row) => [nameOf(row), { authenticatedAtMs: row.at_ms }]));
}

export interface ListedPayee {
  readonly account: string;
  readonly name: string;
  readonly strongAuthentication: boolean;
  readonly approvedBy: string;
  readonly approvedAtMs: number;
}

export interface ListedSeries extends ListedPayee {
  readonly seriesId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly firstPaidBy: string | null;
}

const LIST_MAX = 1000;
const APPROVED = `name, sca AS "strongAuthentication", approved_by AS "approvedBy", floor(extract(epoch FROM approved_at) * 1000)::float8 AS "approvedAtMs"`;

export async function listTrusted(sql: Sql, namespace: string, payerId: string): Promise<ListedPayee[]> {
  const { rows } = await sql.query<ListedPayee>(
    `SELECT account, ${APPROVED} FROM trusted_payee WHERE namespace = $1 AND payer_id = $2 ORDER BY account LIMIT ${LIST_MAX}`,
    [namespace, payerId],
  );
  return rows;
}

export async function listSeries(sql: Sql, namespace: string, payerId: string): Promise<ListedSeries[]> {
  const { rows } = await sql.query<Omit<ListedSeries, 'amountMinor'> & { amountMinor: string }>(
    `SELECT series_id AS "seriesId", amount_minor::text AS "amountMinor", currency, account, first_paid_by AS "firstPaidBy", ${APPROVED}
       FROM payment_series WHERE namespace = $1 AND payer_id = $2 ORDER BY series_id LIMIT ${LIST_MAX}`,
    [namespace, payerId],
  );
  return rows.map((row) => ({ ...row, amountMinor: BigInt(row.amountMinor) }));
}
