import { randomBytes } from 'node:crypto';
import { encodeEvent, type GatewayTopology, type OutboundEvent, type OutboundRecord } from '@assent/contracts';
import { uuidv7 } from '@assent/kernel';
import { currentTraceparent, failpoint } from '@assent/platform';
import { Pool, type PoolClient } from 'pg';
import { CommitUncertain, isInfrastructureError } from './infrastructure-error';
import { writeOutbox } from './outbox/write-outbox';
import type { QueryAnswer, Sql, Tx } from './sql';

export interface DatabaseOptions {
  readonly url: string;
  /** The service's own schema; all names in SQL are unqualified. */
  readonly schema: string;
  readonly poolMax: number;
  /** `/services/<name>`: the source of every event that this service publishes. */
  readonly eventSource: string;
  readonly topology: GatewayTopology;
}

/**
 * A session that stands still inside a transaction (a paused process) would hold its locks for ever: the server ends it.
 * Nothing here waits for a network other than the database's, so these bounds are far above any honest transaction.
 */
const SESSION_SETTINGS = '-c statement_timeout=20000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=10000';
const CONNECT_TIMEOUT_MS = 3000;
const QUERY_TIMEOUT_MS = 25_000;
const PREPARED_MAX = 500;

const preparedNames = new Map<string, string>();

/** Statements are prepared once for each connection, by their text. Past the bound (texts that are built, not written) they stay unnamed. */
function preparedName(text: string): string | undefined {
  const known = preparedNames.get(text);
  if (known !== undefined || preparedNames.size >= PREPARED_MAX) return known;
  const name = `s${preparedNames.size}`;
  preparedNames.set(text, name);
  return name;
}

async function run<Row extends object>(client: PoolClient | Pool, text: string, values: readonly unknown[] = []): Promise<QueryAnswer<Row>> {
  const name = preparedName(text);
  const answer = await client.query<Row>({ text, values: [...values], ...(name === undefined ? {} : { name }) });
  return { rows: answer.rows, rowCount: answer.rowCount ?? 0 };
}

/** PostgreSQL as a service uses it: one schema, READ COMMITTED, constraints and row locks, and messages that commit with the state. */
export class Database implements Sql {
  readonly schema: string;
  private readonly pool: Pool;
  private committed: (lanes: ReadonlySet<number>) => void = () => undefined;

  constructor(private readonly options: DatabaseOptions) {
    this.schema = options.schema;
    this.pool = new Pool({
      connectionString: options.url,
      max: options.poolMax,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      application_name: `assent ${options.schema}`,
      options: `-c search_path=${options.schema} ${SESSION_SETTINGS}`,
      // Statements that do not wait for each other's answers leave in one write: BEGIN with the first, the outbox with COMMIT.
      pipeline: true,
    });
    // A connection that breaks tells its statements, if there are any, and is replaced at the next use. Without a listener it would
    // end the process: the pool listens while it is idle, nobody while it is lent.
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** Tells who is to be woken when messages have been committed: the relay. */
  onCommitted(wake: (lanes: ReadonlySet<number>) => void): void {
    this.committed = wake;
  }

  query<Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<QueryAnswer<Row>> {
    return run<Row>(this.pool, text, values);
  }

  /**
   * Runs `work` in one transaction and publishes what it published. Rolls back on any error and throws it;
   * throws `CommitUncertain` where the commit's answer did not come, which a repeat with the same inbox rows makes harmless.
   * `step` names it where tests end the process (failpoints).
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>, step = 'transaction'): Promise<T> {
    const client = await this.pool.connect();
    const tx = new Transaction(client, this.options);
    let broken: Error | undefined;
    try {
      // Not awaited: it travels with the first statement. Its failure shows there too.
      const begun = client.query('begin');
      begun.catch(() => undefined);
      let result: T;
      try {
        result = await work(tx);
        await begun;
        failpoint(step, 'before-commit');
      } catch (error) {
        await client.query('rollback').catch((rollbackError: unknown) => {
          broken = rollbackError instanceof Error ? rollbackError : new Error('rollback failed');
        });
        throw tx.failure ?? error;
      }
      await tx.commit();
      failpoint(step, 'after-commit');
      this.announce(tx);
      return result;
    } catch (error) {
      if (isInfrastructureError(error)) broken = error as Error;
      throw error;
    } finally {
      // A connection that may be in any state is closed, not lent again.
      client.release(broken);
    }
  }

  async ping(): Promise<void> {
    await this.query('select 1');
  }

  async end(): Promise<void> {
    await this.pool.end();
  }

  private announce(tx: Transaction): void {
    if (tx.lanes.size > 0) this.committed(tx.lanes);
    for (const callback of tx.callbacks) callback();
  }
}

class Transaction implements Tx {
  readonly callbacks: (() => void)[] = [];
  lanes: ReadonlySet<number> = new Set();
  /** The first infrastructure error of a statement: it outlives whatever a framework makes of the exception on its way up. */
  failure: unknown;
  private readonly records: OutboundRecord[] = [];

  constructor(
    private readonly client: PoolClient,
    private readonly options: DatabaseOptions,
  ) {}

  async query<Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<QueryAnswer<Row>> {
    try {
      return await run<Row>(this.client, text, values);
    } catch (error) {
      if (isInfrastructureError(error)) this.failure ??= error;
      throw error;
    }
  }

  publish(event: OutboundEvent): void {
    const nowMs = Date.now();
    this.records.push(
      encodeEvent(event, {
        source: this.options.eventSource,
        id: event.id ?? uuidv7(nowMs, randomBytes(10)),
        time: event.time ?? new Date(nowMs).toISOString(),
        traceparent: event.traceparent ?? currentTraceparent(),
        topology: this.options.topology,
      }),
    );
  }

  publishRecord(record: OutboundRecord): void {
    this.records.push(record);
  }

  afterCommit(run: () => void): void {
    this.callbacks.push(run);
  }

  async commit(): Promise<void> {
    let written: Promise<unknown> = Promise.resolve();
    if (this.records.length > 0) {
      const outbox = writeOutbox(this, this.records);
      this.lanes = outbox.lanes;
      written = outbox.written;
    }
    written.catch(() => undefined);
    let command: string;
    try {
      command = (await this.client.query('commit')).command;
    } catch (error) {
      throw new CommitUncertain('the answer to COMMIT did not come', { cause: error });
    }
    // A COMMIT of a failed transaction is answered by ROLLBACK: the statement before it says why.
    await written;
    if (command !== 'COMMIT') throw new Error(`the transaction ended in ${command}`);
  }
}
