import type { CreateRefusal } from './outcomes';
import { parseObject, type WireObject } from './wire';

/**
 * Why the vendor refused a create call (Didit contract, section 2.2). Its 400s are keyed by field, and the value is a list of texts (validation)
 * or one text (a check while creating); both are read alike. Codes rest on the field rather than on the wording where they can.
 */
export function readCreateRefusal(body: Buffer, sentPortrait: boolean): CreateRefusal {
  const wire = parseObject(body.toString('utf8')) ?? {};
  if (Object.hasOwn(wire, 'workflow_id')) return 'WORKFLOW_INVALID';
  if (messages(wire, 'detail').some((text) => /credits/i.test(text))) return 'OUT_OF_CREDITS';
  if (messages(wire, 'vendor_data').some((text) => /blocked/i.test(text))) return 'PAYER_BLOCKED';
  // The same field speaks of a portrait that is missing and of one that is unfit; only we know whether we sent one.
  if (Object.hasOwn(wire, 'portrait_image')) return sentPortrait ? 'PORTRAIT_REFUSED' : 'NO_ENROLLED_FACE';
  return 'REQUEST_INVALID';
}

/** Whether the refusal names the language alone: the session may then be made without one. */
export function isLanguageRefusal(body: Buffer): boolean {
  const wire = parseObject(body.toString('utf8'));
  return wire !== null && Object.keys(wire).join() === 'language';
}

/** An older form of the same refusal: 403 with a text about credits under `error`. */
export function isCreditRefusal(body: Buffer): boolean {
  const wire = parseObject(body.toString('utf8')) ?? {};
  return [...messages(wire, 'error'), ...messages(wire, 'detail')].some((text) => /credits/i.test(text));
}

function messages(wire: WireObject, field: string): readonly string[] {
  const value = Object.hasOwn(wire, field) ? wire[field] : undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item): item is string => typeof item === 'string');
}
