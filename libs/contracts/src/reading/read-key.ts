import { isUtf8 } from 'node:buffer';
import { GATEWAY_ID_PATTERN, splitAuthenticationKey } from '@assent/kernel';
import { assertNever } from '@assent/kernel';
import type { KeyForm } from '../events/registry';

export interface ReadKey {
  readonly text: string;
  readonly gatewayId: string | null;
  /** What follows the gateway, or the whole key where it has none. */
  readonly id: string;
}

const KEY_BYTES_MAX = 1024;

/** Takes a key apart, or null where it does not have its event's form. */
export function readKey(key: Buffer | null, form: KeyForm): ReadKey | null {
  if (key === null || key.length === 0 || key.length > KEY_BYTES_MAX || !isUtf8(key)) return null;
  const text = key.toString('utf8');
  switch (form) {
    case 'authentication': {
      const parts = splitAuthenticationKey(text);
      return parts === null ? null : { text, gatewayId: parts.gatewayId, id: parts.authenticationId };
    }
    case 'instrument': {
      const colon = text.indexOf(':');
      const gatewayId = text.slice(0, Math.max(colon, 0));
      const id = text.slice(colon + 1);
      return GATEWAY_ID_PATTERN.test(gatewayId) && id !== '' ? { text, gatewayId, id } : null;
    }
    case 'vendor-session':
    case 'namespace':
    case 'log':
      return { text, gatewayId: null, id: text };
    default:
      return assertNever(form);
  }
}

const FORMS: Readonly<Record<KeyForm, string>> = {
  authentication: '<gatewayId>:<authenticationId>',
  instrument: '<gatewayId>:<instrumentId>',
  'vendor-session': 'the vendor session id',
  namespace: "the gateways' namespace",
  log: 'the log id',
};
export const keyFormInWords = (form: KeyForm): string => FORMS[form];

const BODY_FIELD: Readonly<Record<KeyForm, string>> = {
  authentication: 'authenticationId',
  instrument: 'instrumentId',
  'vendor-session': 'vendorSessionId',
  namespace: 'namespace',
  log: 'logId',
};

/** The field of a body that disagrees with its key, or null: the two name the same thing, or the message means two things. */
export function fieldAgainstKey(body: Readonly<Record<string, unknown>>, key: ReadKey, form: KeyForm): string | null {
  const field = BODY_FIELD[form];
  if (body[field] !== key.id) return field;
  return key.gatewayId !== null && 'gatewayId' in body && body['gatewayId'] !== key.gatewayId ? 'gatewayId' : null;
}
