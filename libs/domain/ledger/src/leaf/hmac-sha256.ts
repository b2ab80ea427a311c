import { hash } from 'node:crypto';
import { invariant } from '@assent/kernel';

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const KEY_BYTES = 32;
/** Ordinary events are far smaller; a larger one gets a buffer of its own. */
const SCRATCH_BYTES = 16_384;
const scratch = Buffer.alloc(BLOCK_BYTES + SCRATCH_BYTES);
const outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES);

/**
 * HMAC-SHA256 (RFC 2104) under a key of 32 bytes. Two one-shot hashes over reused buffers: Node's `createHmac` costs a key object and a hash object per call, which
 * is more than the hashing itself, and the log makes two of these for every event. A property test holds it equal to `createHmac`.
 */
export function hmacSha256(key: Buffer, message: Buffer): Buffer {
  invariant(key.length === KEY_BYTES, 'a commitment key has 32 bytes');
  const inner = message.length <= SCRATCH_BYTES ? scratch : Buffer.alloc(BLOCK_BYTES + message.length);
  inner.fill(0x36, 0, BLOCK_BYTES);
  outer.fill(0x5c, 0, BLOCK_BYTES);
  for (let i = 0; i < KEY_BYTES; i++) {
    const byte = key[i] ?? 0;
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  }
  inner.set(message, BLOCK_BYTES);
  outer.write(hash('sha256', inner.subarray(0, BLOCK_BYTES + message.length), 'binary'), BLOCK_BYTES, HASH_BYTES, 'latin1');
  return hash('sha256', outer, 'buffer');
}
