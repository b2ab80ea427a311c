import { ok, refuse, type Result } from '@assent/kernel';

/** A message as the broker carried it. */
export interface ExactEvent {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Names may repeat. */
  readonly headers: readonly EventHeader[];
}

export type EventHeader = readonly [name: string, value: Buffer];

const VERSION = 1;
const ABSENT = 0xffffffff;

/**
 * The exact bytes of an event, which the commitment covers and which lie sealed beside the log. Version 1:
 *
 *     0x01 ‖ part(topic) ‖ part(key) ‖ part(value) ‖ u32 number of headers ‖ for each header: part(name) ‖ part(value)
 *     part(bytes) = u32 length, big-endian ‖ bytes; an absent key or value is the length 0xffffffff without bytes
 *
 * Headers stand in the order of their names' bytes, then of their values', since the broker's order carries no meaning. Every part says its length, so two
 * events never write the same bytes.
 */
export function exactBytesOf({ topic, key, value, headers }: ExactEvent): Buffer {
  const named = headers.map(([name, bytes]) => ({ name: Buffer.from(name, 'utf8'), bytes }));
  named.sort((a, b) => Buffer.compare(a.name, b.name) || Buffer.compare(a.bytes, b.bytes));
  const parts: (Buffer | null)[] = [Buffer.from(topic, 'utf8'), key, value];
  const headerParts = named.flatMap(({ name, bytes }) => [name, bytes]);
  const size = [...parts, ...headerParts].reduce((sum, part) => sum + 4 + (part?.length ?? 0), 1 + 4);
  const target = Buffer.allocUnsafe(size);
  target[0] = VERSION;
  let at = 1;
  for (const part of parts) at = writePart(target, at, part);
  at = target.writeUInt32BE(named.length, at);
  for (const part of headerParts) at = writePart(target, at, part);
  return target;
}

function writePart(target: Buffer, at: number, part: Buffer | null): number {
  const start = target.writeUInt32BE(part === null ? ABSENT : part.length, at);
  if (part !== null) target.set(part, start);
  return start + (part?.length ?? 0);
}

/** Back to the event. Refused where the bytes are not exactly one event of version 1. */
export function eventOfExactBytes(bytes: Buffer): Result<ExactEvent, 'BYTES_MALFORMED'> {
  if (bytes[0] !== VERSION) return refuse('BYTES_MALFORMED');
  const reader = new PartReader(bytes, 1);
  const topic = reader.part();
  const key = reader.part();
  const value = reader.part();
  const count = reader.number();
  const headers: EventHeader[] = [];
  for (let i = 0; i < count && !reader.failed; i++) {
    const name = reader.part();
    const content = reader.part();
    if (name !== null && content !== null) headers.push([name.toString('utf8'), content]);
  }
  if (topic === null || reader.failed || !reader.atEnd || headers.length !== count) return refuse('BYTES_MALFORMED');
  return ok({ topic: topic.toString('utf8'), key, value, headers });
}

/** Reads forward and never past the end; after a failure everything is empty. */
class PartReader {
  failed = false;

  constructor(
    private readonly bytes: Buffer,
    private at: number,
  ) {}

  get atEnd(): boolean {
    return this.at === this.bytes.length;
  }

  number(): number {
    if (this.at + 4 > this.bytes.length) {
      this.failed = true;
      return 0;
    }
    this.at += 4;
    return this.bytes.readUInt32BE(this.at - 4);
  }

  part(): Buffer | null {
    const length = this.number();
    if (length === ABSENT || this.failed) return null;
    if (this.at + length > this.bytes.length) {
      this.failed = true;
      return null;
    }
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}
