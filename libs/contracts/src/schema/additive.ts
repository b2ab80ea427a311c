import { isRecord, type JsonSchema } from '../fields';

/** A released schema and the one that is to follow it, each with its own definitions. */
interface Pair {
  readonly before: JsonSchema;
  readonly after: JsonSchema;
}

const MAY_ONLY_GROW = ['maxLength', 'maxItems', 'maximum'] as const;
const MAY_ONLY_SHRINK = ['minLength', 'minItems', 'minimum'] as const;
const MUST_STAY = ['type', 'pattern', 'format', 'uniqueItems'] as const;
const DEPTH_MAX = 20;
const NO_LONGER_THERE = ': is no longer always there';

/**
 * What would break somebody if `after` replaced `before` under the same version: a field removed, retyped or newly required, an enum
 * value dropped, a bound tightened, null no longer taken. Fields and values may be added. Messages of the old schema lie on topics and
 * in archives, so reading must get no stricter. With `promised` (what our services write) consumers also rely on a required field
 * being there; what only we read may ask for less.
 */
export function breakingChanges(before: JsonSchema, after: JsonSchema, { promised }: { readonly promised: boolean }): string[] {
  const changes: string[] = [];
  compare({ before, after }, { before, after }, '', changes, 0);
  return changes.filter((change) => promised || !change.endsWith(NO_LONGER_THERE));
}

function compare(roots: Pair, { before: rawBefore, after: rawAfter }: Pair, path: string, changes: string[], depth: number): void {
  if (depth > DEPTH_MAX) throw new Error('schemas are nested too deeply to compare');
  const { schema: before, nullable: tookNull } = plain(roots.before, rawBefore);
  const { schema: after, nullable: takesNull } = plain(roots.after, rawAfter);
  const name = path === '' ? 'the body' : path;
  if (tookNull && !takesNull) changes.push(`${name}: null is no longer taken`);
  for (const keyword of MUST_STAY) if (before[keyword] !== after[keyword]) changes.push(`${name}: ${keyword} changed`);
  for (const keyword of MAY_ONLY_GROW) if (tighter(before[keyword], after[keyword], (b, a) => a < b)) changes.push(`${name}: ${keyword} became smaller`);
  for (const keyword of MAY_ONLY_SHRINK) if (tighter(before[keyword], after[keyword], (b, a) => a > b)) changes.push(`${name}: ${keyword} became larger`);
  compareEnums(before, after, name, changes);
  if (before['additionalProperties'] !== false && after['additionalProperties'] === false) changes.push(`${name}: unknown fields are no longer taken`);
  compareAlternatives(roots, before, after, path, changes, depth);
  if (isRecord(before['items'])) compare(roots, { before: before['items'], after: record(after['items']) }, `${path}[]`, changes, depth + 1);
  compareProperties(roots, before, after, path, changes, depth);
}

function compareEnums(before: JsonSchema, after: JsonSchema, name: string, changes: string[]): void {
  const now = after['enum'];
  if (now === undefined) return;
  const taken = new Set(list(now));
  if (before['enum'] === undefined) changes.push(`${name}: became a closed list`);
  for (const value of list(before['enum'])) if (!taken.has(value)) changes.push(`${name}: the value ${JSON.stringify(value)} was dropped`);
}

function compareAlternatives(roots: Pair, before: JsonSchema, after: JsonSchema, path: string, changes: string[], depth: number): void {
  const then = list(before['anyOf']);
  const now = list(after['anyOf']);
  if (then.length > now.length || (then.length === 0 && now.length > 0)) changes.push(`${path}: its alternatives changed`);
  else then.forEach((alternative, i) => compare(roots, { before: record(alternative), after: record(now[i]) }, path, changes, depth + 1));
}

function compareProperties(roots: Pair, before: JsonSchema, after: JsonSchema, path: string, changes: string[], depth: number): void {
  const now = record(after['properties']);
  const wasRequired = new Set(list(before['required']));
  const isRequired = new Set(list(after['required']));
  for (const [property, schema] of Object.entries(record(before['properties']))) {
    const field = path === '' ? property : `${path}.${property}`;
    if (!(property in now)) {
      changes.push(`${field}: removed`);
      continue;
    }
    if (wasRequired.has(property) && !isRequired.has(property)) changes.push(`${field}${NO_LONGER_THERE}`);
    compare(roots, { before: record(schema), after: record(now[property]) }, field, changes, depth + 1);
  }
  for (const property of isRequired) if (!wasRequired.has(property)) changes.push(`${path === '' ? '' : `${path}.`}${String(property)}: became required`);
}

/** Without references and without the alternative null, so that two ways of writing the same compare equal. */
function plain(root: JsonSchema, schema: JsonSchema): { schema: JsonSchema; nullable: boolean } {
  const alternatives = list(schema['anyOf']).map(record);
  const others = alternatives.filter(({ type }) => type !== 'null');
  const [only] = others;
  if (only !== undefined && others.length === 1 && alternatives.length === 2) return { schema: plain(root, only).schema, nullable: true };
  const [first, ...rest] = list(schema['allOf']).map(record);
  if (first !== undefined && rest.length === 0) return plain(root, first);
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return { schema, nullable: false };
  return plain(root, record(record(root['definitions'])[reference.slice(reference.lastIndexOf('/') + 1)]));
}

function tighter(before: unknown, after: unknown, stricter: (before: number, after: number) => boolean): boolean {
  if (typeof after !== 'number') return false;
  return typeof before !== 'number' || stricter(before, after);
}

const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
