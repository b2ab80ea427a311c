/** The form of a vector file, as far as the runners read it. What is `unresolved` in law follows its switch and is no promise. */
export type VectorBasis = 'confirmed' | 'inferred' | 'policy' | 'unresolved';

export interface ExpectedDecision {
  readonly decision: string | null;
  readonly exemption: string | null;
  readonly reasons?: readonly string[];
  readonly counters?: ExpectedCounters;
}

export interface ExpectedCounters {
  readonly lowValue: { readonly cumulative: string; readonly count: number };
  readonly contactless: { readonly cumulative: string; readonly count: number };
}

export interface DecisionVector {
  readonly id: string;
  readonly title: string;
  readonly basis: VectorBasis;
  readonly given: JsonObject;
  readonly expect: ExpectedDecision;
}

export interface SequenceStep extends JsonObject {
  readonly op: string;
  readonly ref?: string;
  readonly instrumentId?: string;
  readonly executed?: boolean;
  readonly scaPerformed?: boolean;
  readonly given?: JsonObject;
  readonly expect: ExpectedDecision;
}

export interface SequenceVector {
  readonly id: string;
  readonly title: string;
  readonly basis: VectorBasis;
  readonly config: JsonObject;
  readonly steps: readonly SequenceStep[];
}

export interface JsonObject {
  readonly [name: string]: unknown;
}

/** What a vector came to: one line of `exemption check`. */
export interface VectorResult {
  readonly id: string;
  readonly pass: boolean;
  readonly actual: unknown;
}

/** JSON values with the same members in any order. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const left = Object.entries(a);
  if (Array.isArray(a) !== Array.isArray(b) || left.length !== Object.keys(b).length) return false;
  const right = new Map<string, unknown>(Object.entries(b));
  return left.every(([name, value]) => right.has(name) && sameJson(value, right.get(name)));
}
