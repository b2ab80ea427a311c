import { AUTHENTICATION_ID_PATTERN, GATEWAY_ID_PATTERN, invariant, isIban, ok, refuse, type Result } from '@assent/kernel';

/**
 * What the log says of one event, for ever and in the open. Every value has a closed form, so that no name, account or free text
 * can come in, whatever a producer writes (interface section 1, `audit.entry`).
 */
export interface Leaf {
  /** For example `sca.requested.v1`. */
  readonly type: string;
  /** `/gateways/<id>` or `/services/<name>`. */
  readonly source: string;
  /** The event's id where it is a UUID, else `keyed:` and an HMAC of it (`leafId`). */
  readonly id: string;
  /** When the producer says it happened: RFC 3339, UTC, milliseconds. The order is the index, never this. */
  readonly time: string;
  readonly gateway: string | null;
  /** The authentication id, or `keyed:` and an HMAC of it (`leafAuthentication`). */
  readonly authentication: string | null;
  /** Keyed pseudonym of the payer. */
  readonly subjectRef: string | null;
  /** HMAC-SHA256 of the event's exact bytes, base64 (`commitmentOf`). */
  readonly commitment: string;
}

/** Version of the leaf's form and of what `commitment` covers. A change of either is a new number. */
export const LEAF_VERSION = 1;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const KEYED = /^keyed:[A-Za-z0-9_-]{43}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Each field's closed form. All of them are ASCII without quotes and backslashes: the JSON text needs no escapes. */
const FORMS: { readonly [Field in keyof Leaf]: (value: string) => boolean } = {
  type: (value) => value.length <= 64 && /^[a-z]+(\.[a-z]+)+\.v[1-9]\d{0,2}$/.test(value),
  source: (value) => /^\/(gateways|services)\/[a-z0-9][a-z0-9-]{0,62}$/.test(value),
  id: (value) => UUID.test(value) || KEYED.test(value),
  time: (value) => TIME.test(value),
  gateway: (value) => GATEWAY_ID_PATTERN.test(value),
  authentication: (value) => AUTHENTICATION_ID_PATTERN.test(value) || KEYED.test(value),
  subjectRef: (value) => isSubjectRef(value),
  commitment: (value) => /^[A-Za-z0-9+/]{43}=$/.test(value),
};
const FIELDS = Object.keys(FORMS) as (keyof Leaf)[];
const NULLABLE: ReadonlySet<keyof Leaf> = new Set(['gateway', 'authentication', 'subjectRef']);

/** The pseudonym of our services: base64url of at least 16 bytes. */
export const isSubjectRef = (value: string): boolean => /^[A-Za-z0-9_-]{22,64}$/.test(value);

export const isUuid = (value: string): boolean => UUID.test(value);

/**
 * Whether an authentication id may stand in the open. The caller chose it; one that is somebody's account number may not.
 */
export const isOpenAuthentication = (value: string): boolean => AUTHENTICATION_ID_PATTERN.test(value) && !(/^[A-Za-z]{2}\d{2}/.test(value) && isIban(value));

const quoted = (value: string | null): string => (value === null ? 'null' : `"${value}"`);

/**
 * The exact text that is hashed: RFC 8785 JSON, members in order of their names. Written by hand, since the closed forms need no escapes;
 * a property test holds it equal to the general canonicaliser.
 */
export function leafText(leaf: Leaf): string {
  for (const field of FIELDS) {
    const value = leaf[field];
    invariant(value === null ? NULLABLE.has(field) : FORMS[field](value), `the leaf's ${field} has its closed form`);
  }
  return (
    `{"authentication":${quoted(leaf.authentication)},"commitment":${quoted(leaf.commitment)},"gateway":${quoted(leaf.gateway)},"id":${quoted(leaf.id)}` +
    `,"source":${quoted(leaf.source)},"subjectRef":${quoted(leaf.subjectRef)},"time":${quoted(leaf.time)},"type":${quoted(leaf.type)},"v":${LEAF_VERSION}}`
  );
}

/** Reads a leaf. Refused unless it is exactly the text that `leafText` writes: no other members, spelling or order. */
export function parseLeaf(text: string): Result<Leaf, 'LEAF_MALFORMED'> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('LEAF_MALFORMED');
  }
  if (!isLeaf(value)) return refuse('LEAF_MALFORMED');
  return leafText(value) === text ? ok(value) : refuse('LEAF_MALFORMED');
}

function isLeaf(value: unknown): value is Leaf {
  if (typeof value !== 'object' || value === null) return false;
  const members = value as Readonly<Record<string, unknown>>;
  return FIELDS.every((field) => {
    const member = members[field];
    return member === null ? NULLABLE.has(field) : typeof member === 'string' && FORMS[field](member);
  });
}
