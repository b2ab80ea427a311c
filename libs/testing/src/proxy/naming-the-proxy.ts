/**
 * Kafka's answers name the broker's own address (`advertised.listeners`), and clients go there, past any proxy. This rewrites the port in each
 * answer: the host stays the same text and a port is four bytes, so no length changes.
 * @param host as the broker advertises it
 * @param proxyPort asked at each connection, since it may be a free one
 */
export function namingTheProxy(host: string, brokerPort: number, proxyPort: () => number): () => (bytes: Buffer) => Buffer {
  const port = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  };
  const name = Buffer.from(host, 'utf8');
  const needle = Buffer.concat([name, port(brokerPort)]);
  return () => {
    let pending = Buffer.alloc(0);
    return (bytes) => {
      pending = Buffer.concat([pending, bytes]);
      const whole = wholeFrames(pending);
      const ready = Buffer.from(pending.subarray(0, whole));
      pending = pending.subarray(whole);
      for (let at = ready.indexOf(needle); at >= 0; at = ready.indexOf(needle, at + needle.length)) port(proxyPort()).copy(ready, at + name.length);
      return ready;
    };
  };
}

const LENGTH_BYTES = 4;

/** Kafka's answers have their length before them: where the last complete one ends. An address never spans two. */
function wholeFrames(bytes: Buffer): number {
  let end = 0;
  while (end + LENGTH_BYTES <= bytes.length) {
    const next = end + LENGTH_BYTES + bytes.readInt32BE(end);
    if (next > bytes.length) break;
    end = next;
  }
  return end;
}
