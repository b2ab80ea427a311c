const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** What bytes say of a JSON text without building anything. Only meaningful if the text is JSON. */
export interface JsonScan {
  /** Members of all objects, as written: each has exactly one colon outside of strings. */
  readonly members: number;
  readonly depth: number;
}

export function scanJson(bytes: Buffer): JsonScan {
  let members = 0;
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < bytes.length; i++) {
    switch (bytes[i]) {
      case QUOTE:
        i = endOfString(bytes, i);
        break;
      case COLON:
        members += 1;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth += 1;
        if (depth > deepest) deepest = depth;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth -= 1;
        break;
      default:
    }
  }
  return { members, depth: deepest };
}

/** Position of the closing quotation mark (or the end of the bytes). */
function endOfString(bytes: Buffer, start: number): number {
  let i = start + 1;
  while (i < bytes.length && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return i;
}

/** The first name that stands twice in one object of a JSON text, or null. Slow: only asked where there is one. */
export function repeatedName(bytes: Buffer): string | null {
  const open: (Set<string> | null)[] = [];
  let last = '';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      const end = endOfString(bytes, i);
      last = bytes.toString('utf8', i, end + 1);
      i = end;
    } else if (byte === OPEN_BRACE) open.push(new Set());
    else if (byte === OPEN_BRACKET) open.push(null);
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) open.pop();
    else if (byte === COLON) {
      const names = open.at(-1);
      const name = JSON.parse(last) as string;
      if (names?.has(name) === true) return name;
      names?.add(name);
    }
  }
  return null;
}
