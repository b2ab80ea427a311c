/** One message as Kafka carries it: bytes, nothing parsed. What is dead-lettered or hashed is exactly this. */
export interface RawRecord {
  readonly topic: string;
  readonly partition: number;
  /** Decimal text: offsets exceed what a double holds exactly. */
  readonly offset: string;
  /** Milliseconds. The broker's clock on topics with LogAppendTime, else the producer's. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Where a header stands several times, its last value. */
  readonly headers: Readonly<Record<string, Buffer>>;
  /** The earlier values of such headers. An envelope attribute that stands twice is refused: it must not mean two things. */
  readonly repeatedHeaders?: readonly (readonly [name: string, value: Buffer])[];
}

/** One message on its way out: what a row of the outbox holds. */
export interface OutboundRecord {
  readonly topic: string;
  readonly key: Buffer | string | null;
  /** Text for what we write; bytes where a dead letter keeps headers that are none. */
  readonly headers: Readonly<Record<string, string | Buffer>>;
  /** Only in a dead letter: the earlier values of headers that stood several times. */
  readonly repeatedHeaders?: readonly (readonly [name: string, value: Buffer])[];
  readonly value: Buffer | null;
}
