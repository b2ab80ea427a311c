/**
 * PostgreSQL arrays in binary form. The driver writes JavaScript arrays as text and escapes every quote and backslash; a batch of
 * JSON documents spends more time there than in the database. A Buffer parameter is sent as it is, so these are copied once.
 * Form: dimensions, has-nulls, element type; length, lower bound; then length and bytes of each element (array_recv in the server).
 */
const TEXT_OID = 25;
const BYTEA_OID = 17;
const SMALLINT_OID = 21;
const BIGINT_OID = 20;
const HEADER_BYTES = 20;

function header(target: Buffer, elementOid: number, length: number, hasNulls: boolean): void {
  target.writeInt32BE(length === 0 ? 0 : 1, 0);
  target.writeInt32BE(hasNulls ? 1 : 0, 4);
  target.writeInt32BE(elementOid, 8);
  if (length === 0) return;
  target.writeInt32BE(length, 12);
  target.writeInt32BE(1, 16);
}

const empty = (elementOid: number): Buffer => {
  const target = Buffer.alloc(12);
  header(target, elementOid, 0, false);
  return target;
};

/** `$n::text[]` */
export function textArray(values: readonly (string | null)[]): Buffer {
  if (values.length === 0) return empty(TEXT_OID);
  let size = HEADER_BYTES;
  for (const value of values) size += 4 + (value === null ? 0 : Buffer.byteLength(value, 'utf8'));
  const target = Buffer.allocUnsafe(size);
  header(target, TEXT_OID, values.length, values.includes(null));
  let at = HEADER_BYTES;
  for (const value of values) {
    const length = value === null ? -1 : target.write(value, at + 4, 'utf8');
    target.writeInt32BE(length, at);
    at += 4 + Math.max(length, 0);
  }
  return target;
}

/** `$n::bytea[]` */
export function byteaArray(values: readonly (Uint8Array | null)[]): Buffer {
  if (values.length === 0) return empty(BYTEA_OID);
  let size = HEADER_BYTES;
  for (const value of values) size += 4 + (value?.length ?? 0);
  const target = Buffer.allocUnsafe(size);
  header(target, BYTEA_OID, values.length, values.includes(null));
  let at = HEADER_BYTES;
  for (const value of values) {
    target.writeInt32BE(value === null ? -1 : value.length, at);
    if (value !== null) target.set(value, at + 4);
    at += 4 + (value?.length ?? 0);
  }
  return target;
}

/** `$n::smallint[]` */
export function smallintArray(values: readonly number[]): Buffer {
  if (values.length === 0) return empty(SMALLINT_OID);
  const target = Buffer.allocUnsafe(HEADER_BYTES + 6 * values.length);
  header(target, SMALLINT_OID, values.length, false);
  values.forEach((value, i) => {
    target.writeInt32BE(2, HEADER_BYTES + 6 * i);
    target.writeInt16BE(value, HEADER_BYTES + 6 * i + 4);
  });
  return target;
}

/** `$n::bigint[]` */
export function bigintArray(values: readonly (bigint | string)[]): Buffer {
  if (values.length === 0) return empty(BIGINT_OID);
  const target = Buffer.allocUnsafe(HEADER_BYTES + 12 * values.length);
  header(target, BIGINT_OID, values.length, false);
  values.forEach((value, i) => {
    target.writeInt32BE(8, HEADER_BYTES + 12 * i);
    target.writeBigInt64BE(BigInt(value), HEADER_BYTES + 12 * i + 4);
  });
  return target;
}
