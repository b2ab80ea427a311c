import { ok, refuse, type Result } from '@assent/kernel';

/**
 * The canonical text that the vendor's `X-Signature-V2` is made over (Didit contract, sections 4.4 and 4.5):
 * keys sorted by code point, separators `,` and `:`, non-ASCII unescaped, whole-number floats written as integers.
 *
 * Works on the text, not on parsed values: numbers keep the digits they came with (`5e-05` stays `5e-05`), keys that look like
 * integers or like `__proto__` are keys like any other, and two escapes of one string give one text. Duplicate keys resolve to the last,
 * as `JSON.parse` does, so what is signed and what is read are the same.
 */
export type CanonicalRefusal =
  | 'NOT_JSON'
  | 'TOO_DEEP'
  /** Half of a surrogate pair has no UTF-8 form; replacing it would give two bodies one signature. */
  | 'LONE_SURROGATE'
  /** A float beyond the range of doubles is nobody's number. */
  | 'NUMBER_OUT_OF_RANGE'
  /** Folding `1e300` writes 301 digits: bounded, since it happens before the sender is known. */
  | 'GROWS_TOO_MUCH';

export const CANONICAL_DEPTH_MAX = 64;
const GROWTH_CHARACTERS_MAX = 64 * 1024;

/**
 * Canonical text of a JSON text, or why it has none. Never throws.
 * `without` leaves out one key of the outermost object (two deliveries of one event differ in `timestamp` alone).
 */
export function canonicalBody(text: string, without: string | null = null): Result<string, CanonicalRefusal> {
  try {
    return ok(new CanonicalWriter(text, without).document());
  } catch (error) {
    if (error instanceof CanonicalFailure) return refuse(error.code);
    throw error;
  }
}

/** Leaves the recursion below; never leaves this file. */
class CanonicalFailure extends Error {
  constructor(readonly code: CanonicalRefusal) {
    super(code);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const FIRST_PRINTABLE = 0x20;

class CanonicalWriter {
  private at = 0;
  private grown = 0;
  private readonly number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

  constructor(
    private readonly text: string,
    private readonly without: string | null,
  ) {}

  document(): string {
    if (!this.text.isWellFormed()) throw new CanonicalFailure('LONE_SURROGATE');
    const written = this.value(0);
    this.skipBlanks();
    if (this.at !== this.text.length) throw new CanonicalFailure('NOT_JSON');
    return written;
  }

  private value(depth: number): string {
    if (depth > CANONICAL_DEPTH_MAX) throw new CanonicalFailure('TOO_DEEP');
    this.skipBlanks();
    switch (this.text.charCodeAt(this.at)) {
      case OPEN_BRACE:
        return this.object(depth);
      case OPEN_BRACKET:
        return this.array(depth);
      case QUOTE:
        return JSON.stringify(this.string());
      case 0x74:
        return this.literal('true');
      case 0x66:
        return this.literal('false');
      case 0x6e:
        return this.literal('null');
      default:
        return this.numeral();
    }
  }

  private object(depth: number): string {
    const members = new Map<string, string>();
    this.at++;
    if (this.takes(CLOSE_BRACE)) return '{}';
    do {
      this.skipBlanks();
      const key = this.string();
      if (!this.takes(COLON)) throw new CanonicalFailure('NOT_JSON');
      members.set(key, this.value(depth + 1));
    } while (this.takes(COMMA));
    if (!this.takes(CLOSE_BRACE)) throw new CanonicalFailure('NOT_JSON');
    if (depth === 0 && this.without !== null) members.delete(this.without);
    return writeMembers(members);
  }

  private array(depth: number): string {
    const items: string[] = [];
    this.at++;
    if (this.takes(CLOSE_BRACKET)) return '[]';
    do {
      items.push(this.value(depth + 1));
    } while (this.takes(COMMA));
    if (!this.takes(CLOSE_BRACKET)) throw new CanonicalFailure('NOT_JSON');
    return `[${items.join(',')}]`;
  }

  /** The characters of a string. Only one with escapes needs to be read; the others are a slice of the text. */
  private string(): string {
    const start = this.at;
    if (this.text.charCodeAt(start) !== QUOTE) throw new CanonicalFailure('NOT_JSON');
    let escaped = false;
    for (let i = start + 1; i < this.text.length; i++) {
      const unit = this.text.charCodeAt(i);
      if (unit === QUOTE) {
        this.at = i + 1;
        return escaped ? unescape(this.text.slice(start, this.at)) : this.text.slice(start + 1, i);
      }
      if (unit < FIRST_PRINTABLE) break;
      if (unit === BACKSLASH) {
        escaped = true;
        i++;
      }
    }
    throw new CanonicalFailure('NOT_JSON');
  }

  private numeral(): string {
    this.number.lastIndex = this.at;
    const token = this.number.exec(this.text)?.[0];
    if (token === undefined) throw new CanonicalFailure('NOT_JSON');
    this.at += token.length;
    const folded = foldWholeFloat(token);
    this.grown += Math.max(0, folded.length - token.length);
    if (this.grown > GROWTH_CHARACTERS_MAX) throw new CanonicalFailure('GROWS_TOO_MUCH');
    return folded;
  }

  private literal(word: string): string {
    if (!this.text.startsWith(word, this.at)) throw new CanonicalFailure('NOT_JSON');
    this.at += word.length;
    return word;
  }

  private takes(unit: number): boolean {
    this.skipBlanks();
    if (this.text.charCodeAt(this.at) !== unit) return false;
    this.at++;
    return true;
  }

  private skipBlanks(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.at++;
    }
  }
}

function unescape(token: string): string {
  let value: string;
  try {
    value = JSON.parse(token) as string;
  } catch {
    throw new CanonicalFailure('NOT_JSON');
  }
  if (!value.isWellFormed()) throw new CanonicalFailure('LONE_SURROGATE');
  return value;
}

/**
 * `92.0` → `92`, `1.5e2` → `150`, `-0.0` → `0`; every other number keeps its text. Whole floats are written with the exact digits of the double,
 * as the vendor's own language does.
 */
function foldWholeFloat(token: string): string {
  if (!/[.eE]/.test(token)) return token === '-0' ? '0' : token;
  const value = Number(token);
  if (!Number.isFinite(value)) throw new CanonicalFailure('NUMBER_OUT_OF_RANGE');
  return Number.isInteger(value) ? BigInt(value).toString() : token;
}

function writeMembers(members: ReadonlyMap<string, string>): string {
  const keys = [...members.keys()];
  if (!isSorted(keys)) keys.sort(byCodePoint);
  return `{${keys.map((key) => `${JSON.stringify(key)}:${members.get(key) ?? ''}`).join(',')}}`;
}

/** The vendor sends keys sorted, so a look is cheaper than a sort. */
function isSorted(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i++) if (byCodePoint(keys[i - 1] ?? '', keys[i] ?? '') > 0) return false;
  return true;
}

function byCodePoint(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const difference = codePointRank(left.charCodeAt(i)) - codePointRank(right.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** UTF-16 units in the order of the code points they belong to: surrogates (astral characters) come after the rest of the BMP. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
