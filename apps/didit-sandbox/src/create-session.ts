import { detail, json, type Answer } from './http';
import { hostedUrl } from './decision-body';
import { isJsonObject, parseJson, type Json, type JsonObject } from './json';
import { endingOf } from './scenarios';
import type { NewSession, Vendor } from './vendor';

/** Languages of the hosted page, as the vendor's API lists them. */
const LANGUAGES = new Set(
  ('en ar bg bn bs ca cnr cs da de el es et fa fi fr he hi hr hu hy id it ja ka kk ko ky lt lv mk mn ms nl no pl pt-BR pt ro ru ' +
    'sk sl so sq sr sv th tr uk uz vi zh-CN zh-TW zh').split(' '),
);
const CALLBACK_METHODS = new Set(['initiator', 'completer', 'both']);
const PORTRAIT_BYTES_MAX = 2 * 1024 * 1024;
const PORTRAIT_REQUIRED =
  'A portrait image is required to perform face match for this workflow. ' +
  'Send a portrait_image, or provide the vendor_data of a user with a previously stored face image to reuse it.';
const NO_STORED_FACE =
  'No stored face image was found for this user. ' +
  'Send a portrait_image, or complete an approved verification with face liveness or an ID document for this vendor_data first.';

/**
 * `POST /v3/session/` (Didit contract, section 2). Refusals are keyed by field; their value is a list of texts where the input is checked
 * and one text where a check happens while creating, and clients have to read both.
 */
export function createSession(vendor: Vendor, body: Buffer, nowMs: number): Answer {
  const input = parseJson(body.toString('utf8'));
  if (!isJsonObject(input)) return detail(400, 'JSON parse error - Expecting value: line 1 column 1 (char 0)');
  const invalid = invalidInput(input);
  if (invalid !== null) return json(400, invalid);
  const refused = refusedWhileCreating(vendor, input);
  if (refused !== null) return json(400, refused);
  const session = vendor.create(toNewSession(input), nowMs);
  return json(201, {
    session_id: session.id,
    session_number: session.number,
    session_token: session.token,
    url: hostedUrl(session, vendor.publicUrl),
    vendor_data: session.vendorData,
    metadata: session.metadata,
    status: session.status,
    callback: session.callback,
    workflow_id: vendor.identity.workflowId,
    workflow_version: vendor.identity.workflowVersion,
  });
}

type FieldMessages = Readonly<Record<string, readonly string[] | string>>;

/** Input validation: values are lists. */
function invalidInput(input: JsonObject): FieldMessages | null {
  const messages: Record<string, string[]> = {};
  if (input['workflow_id'] === undefined) messages['workflow_id'] = ['This field is required.'];
  for (const field of ['workflow_id', 'vendor_data', 'callback', 'language', 'callback_method', 'portrait_image', 'sandbox_scenario']) {
    const value = input[field] ?? null;
    if (value !== null && typeof value !== 'string') messages[field] = ['Not a valid string.'];
  }
  const language = textIn(input, 'language');
  if (language !== null && !LANGUAGES.has(language)) messages['language'] = [`Invalid language. Supported languages are: ${[...LANGUAGES].join(', ')}`];
  const method = textIn(input, 'callback_method');
  if (method !== null && !CALLBACK_METHODS.has(method)) messages['callback_method'] = [`"${method}" is not a valid choice.`];
  const scenario = textIn(input, 'sandbox_scenario');
  if (scenario !== null && endingOf(scenario) === undefined) messages['sandbox_scenario'] = [`Unknown sandbox scenario: '${scenario}'.`];
  const portrait = textIn(input, 'portrait_image');
  if (portrait !== null) {
    const problem = portraitProblem(portrait);
    if (problem !== null) messages['portrait_image'] = [problem];
  }
  return Object.keys(messages).length === 0 ? null : messages;
}

/** Checks during creation: values are single texts. */
function refusedWhileCreating(vendor: Vendor, input: JsonObject): FieldMessages | null {
  if (input['workflow_id'] !== vendor.identity.workflowId) return { workflow_id: 'Invalid workflow_id.' };
  const vendorData = textIn(input, 'vendor_data');
  if (vendorData !== null && vendor.isBlocked(vendorData)) return { vendor_data: 'This user or business has been blocked and cannot create new verification sessions.' };
  if (textIn(input, 'portrait_image') !== null) return null;
  if (vendorData === null) {
    return { portrait_image: PORTRAIT_REQUIRED };
  }
  if (vendor.hasStoredFace(vendorData)) return null;
  return { portrait_image: NO_STORED_FACE };
}

function toNewSession(input: JsonObject): NewSession {
  const expected: Json | undefined = input['expected_details'];
  return {
    vendorData: textIn(input, 'vendor_data'),
    metadata: input['metadata'] ?? null,
    callback: textIn(input, 'callback'),
    language: textIn(input, 'language'),
    scenario: textIn(input, 'sandbox_scenario'),
    expectedIpAddress: isJsonObject(expected) ? textIn(expected, 'ip_address') : null,
    hasPortrait: textIn(input, 'portrait_image') !== null,
  };
}

function textIn(input: JsonObject, field: string): string | null {
  const value = input[field];
  return typeof value === 'string' ? value : null;
}

const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;

function portraitProblem(encoded: string): string | null {
  if (!BASE64.test(encoded)) return 'Invalid base64 image.';
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length > PORTRAIT_BYTES_MAX) return 'Image size exceeds 2MB.';
  return isPicture(bytes) ? null : 'Upload a valid image. The file you uploaded was either not an image or a corrupted image.';
}

/** JPEG, PNG, WebP or TIFF by their first bytes. */
function isPicture(bytes: Buffer): boolean {
  const head = bytes.subarray(0, 12).toString('latin1');
  return head.startsWith('\xff\xd8\xff') || head.startsWith('\x89PNG\r\n\x1a\n') || /^RIFF[^]{4}WEBP/.test(head) || head.startsWith('II*\0') || head.startsWith('MM\0*');
}
