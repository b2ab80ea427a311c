import { isIban } from '@assent/kernel';

/**
 * Every field that a log line or a span may carry, with the form of its value. Whatever is not here, or does not have the form, is dropped:
 * an allowlist, since nobody can list all the names under which personal data and secrets may come along.
 */
const FORMS = {
  /** Ids and names of ours: no blanks, so no person's name in full; no IBAN. */
  id: (value: unknown) => typeof value === 'string' && /^[A-Za-z0-9_.:@-]{1,160}$/.test(value) && !holdsIban(value),
  /** Words of the code: closed codes, event names, states. */
  code: (value: unknown) => typeof value === 'string' && /^[A-Za-z][A-Za-z0-9_.-]{0,79}$/.test(value) && !holdsIban(value),
  number: (value: unknown) => typeof value === 'number' && Number.isFinite(value),
  flag: (value: unknown) => typeof value === 'boolean',
  /** A route's pattern, never a URL: a path with a long segment may hold a token. */
  route: (value: unknown) => typeof value === 'string' && /^unmatched$|^(\/:?[A-Za-z0-9_.*{}-]{0,30}){1,12}$/.test(value),
  /** Host and port of an engine. */
  address: (value: unknown) => typeof value === 'string' && /^[A-Za-z0-9.-]{1,253}(:\d{1,5})?$|^\[[0-9a-f:.]{2,45}\](:\d{1,5})?$/.test(value) && !holdsIban(value),
  time: (value: unknown) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/.test(value),
} as const;

type Form = keyof typeof FORMS;

export const ALLOWED_FIELDS = {
  authenticationId: 'id',
  gatewayId: 'id',
  traceId: 'id',
  component: 'id',
  event: 'code',
  code: 'code',
  reason: 'code',
  outcome: 'code',
  state: 'code',
  decision: 'code',
  action: 'code',
  kind: 'code',
  type: 'code',
  check: 'code',
  signal: 'code',
  rule: 'id',
  policyId: 'id',
  policyVersion: 'number',
  scope: 'id',
  keyId: 'id',
  codeId: 'id',
  eventId: 'id',
  receiptId: 'id',
  redemptionId: 'id',
  vendorSessionId: 'id',
  kid: 'id',
  logId: 'id',
  leafIndex: 'number',
  treeSize: 'number',
  topic: 'id',
  partition: 'number',
  offset: 'id',
  lane: 'number',
  groupId: 'id',
  memberId: 'id',
  clientId: 'id',
  schema: 'id',
  table: 'id',
  migration: 'id',
  method: 'code',
  route: 'route',
  statusCode: 'number',
  address: 'address',
  port: 'number',
  pid: 'number',
  exitCode: 'number',
  attempt: 'number',
  attempts: 'number',
  count: 'number',
  dropped: 'number',
  bytes: 'number',
  limit: 'number',
  queued: 'number',
  durationMs: 'number',
  waitMs: 'number',
  timeoutMs: 'number',
  retryAfterMs: 'number',
  ageMs: 'number',
  lag: 'number',
  ready: 'flag',
  retriable: 'flag',
  enabled: 'flag',
  expiresAt: 'time',
  occurredAt: 'time',
} as const satisfies Record<string, Form>;

type ValueOf<F extends Form> = F extends 'number' ? number : F extends 'flag' ? boolean : string;

/** Fields that a caller may give. A name that is not here does not compile; a value without the form is dropped at run time. */
export type AllowedFields = { readonly [Name in keyof typeof ALLOWED_FIELDS]?: ValueOf<(typeof ALLOWED_FIELDS)[Name]> | null | undefined };

export interface FilteredFields {
  readonly fields: Record<string, string | number | boolean | null>;
  /** How many were dropped: their names may be as telling as their values, so only the number is kept. */
  readonly dropped: number;
}

const formOf: ReadonlyMap<string, Form> = new Map(Object.entries(ALLOWED_FIELDS));

/** Keeps what is allowed. Takes anything, also a whole request, and never throws on it. */
export function filterFields(given: unknown): FilteredFields {
  const fields: Record<string, string | number | boolean | null> = {};
  let dropped = 0;
  if (typeof given !== 'object' || given === null) return { fields, dropped: given === undefined || given === null ? 0 : 1 };
  for (const name of Object.keys(given)) {
    const form = formOf.get(name);
    const value = form === undefined ? undefined : plainValue(given, name);
    if (value === undefined && form !== undefined) continue;
    if (form !== undefined && (value === null || FORMS[form](value))) fields[name] = value as string | number | boolean | null;
    else dropped += 1;
  }
  return { fields, dropped };
}

function plainValue(given: object, name: string): unknown {
  try {
    return (given as Readonly<Record<string, unknown>>)[name];
  } catch {
    return undefined;
  }
}

/** Whether a text holds an account number that is valid: `demo:ES9121000418450200051332` is no id to print. */
export function holdsIban(text: string): boolean {
  for (const [part] of text.matchAll(/[A-Za-z]{2}\d{2}[A-Za-z0-9]{11,30}/g)) if (isIban(part)) return true;
  return false;
}
