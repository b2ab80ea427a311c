import type { OutboundEvent, OutboundRecord } from '@assent/contracts';

export interface QueryAnswer<Row> {
  readonly rows: Row[];
  /** Rows affected; what a conditional UPDATE is judged by. */
  readonly rowCount: number;
}

/** Something that runs SQL. Statements are prepared by their text, so pass values as parameters and keep texts constant. */
export interface Sql {
  query<Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<QueryAnswer<Row>>;
}

/**
 * A transaction in which state changes and the messages that tell of them are one thing (transactional outbox).
 * Lock the aggregate's row before publishing about it: then messages of one key are written in the order in which they become true.
 */
export interface Tx extends Sql {
  /** Adds an event. It leaves only if the transaction commits, and then at least once. */
  publish(event: OutboundEvent): void;
  /** Adds a message that is bytes already: a dead letter, or a stored message that is sent once more. */
  publishRecord(record: OutboundRecord): void;
  /** Runs once the commit is certain. Must not throw; what must happen belongs into the transaction instead. */
  afterCommit(run: () => void): void;
}
