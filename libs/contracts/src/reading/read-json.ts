import { isUtf8 } from 'node:buffer';
import { type Result, ok, refuse } from '@assent/kernel';
import type { DeadLetterReason } from '../envelope';
import { isRecord } from '../fields';
import { repeatedName, scanJson } from './json-scan';
import { safeName } from './safe-name';

/** No event is a quarter as deep; what is deeper would only cost stack in those who walk it. */
export const JSON_DEPTH_MAX = 32;

const no = (code: DeadLetterReason['code'], reason: string): { readonly ok: false; readonly error: DeadLetterReason } => refuse({ code, reason });

/**
 * Reads a JSON object that can mean only one thing (I-JSON, RFC 7493): valid UTF-8 without a byte order mark, no name twice in an
 * object, no `__proto__`. Two parsers that pick different ones of two `amount` fields would else show one amount and bind another.
 * Repeats are found by counting: a JSON text has one colon outside of strings for each member, and the parsed value keeps one
 * member for each different name.
 */
export function readJsonObject(bytes: Buffer, bytesMax: number): Result<Record<string, unknown>, DeadLetterReason> {
  if (bytes.length > bytesMax) return no('VALUE_TOO_LARGE', `The value is larger than ${bytesMax / 1024} KiB: send less.`);
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return no('VALUE_NOT_JSON', 'The value begins with a byte order mark: send UTF-8 without one.');
  if (!isUtf8(bytes)) return no('VALUE_NOT_JSON', 'The value is not valid UTF-8: send JSON in UTF-8.');
  const { members, depth } = scanJson(bytes);
  if (depth > JSON_DEPTH_MAX) return no('BODY_INVALID', `The body is nested more than ${JSON_DEPTH_MAX} deep: send the fields of the contract only.`);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return no('VALUE_NOT_JSON', 'The value is not JSON: send one JSON object.');
  }
  if (!isRecord(value)) return no('BODY_INVALID', 'The body must be a JSON object.');
  const walk = walkMembers(value);
  if (walk.prototype) return no('BODY_INVALID', 'The body has a field __proto__: remove it.');
  if (walk.members !== members) return no('BODY_INVALID', `The body has ${wordName(repeatedName(bytes))} twice in one object: send each field once.`);
  return ok(value);
}

function wordName(name: string | null): string {
  const shown = name === null ? null : safeName(name);
  return shown === null ? 'a field' : `the field ${shown}`;
}

function walkMembers(value: unknown): { members: number; prototype: boolean } {
  let members = 0;
  let prototype = false;
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) {
      for (const item of node) visit(item);
      return;
    }
    for (const name of Object.keys(node)) {
      members += 1;
      if (name === '__proto__') prototype = true;
      visit((node as Record<string, unknown>)[name]);
    }
  };
  visit(value);
  return { members, prototype };
}
