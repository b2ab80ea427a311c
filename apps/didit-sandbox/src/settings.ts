import { isJsonObject, type Json, type JsonObject } from './json';
import { endingOf } from './scenarios';

export const WEBHOOK_MODES = ['deliver', 'drop', 'duplicate', 'shuffle', 'delay'] as const;
export type WebhookMode = (typeof WEBHOOK_MODES)[number];

/** What the sandbox does by itself. */
export interface Defaults {
  /** How a session ends that did not choose at creation; `manual` waits for the hosted page or a control call. */
  readonly scenario: string;
  readonly afterMs: number;
  readonly webhooks: WebhookMode;
  /** Copies of each webhook in mode `duplicate`, all at once. */
  readonly copies: number;
  /** Pause before each webhook in mode `delay`, and the longest one in mode `shuffle`. */
  readonly delayMs: number;
  readonly rateLimit: boolean;
  /** `everyone` has a stored face; `enrolled` only those who sent a portrait or were approved before. */
  readonly faces: 'everyone' | 'enrolled';
}

export const DEFAULTS: Defaults = { scenario: 'manual', afterMs: 0, webhooks: 'deliver', copies: 2, delayMs: 2_000, rateLimit: true, faces: 'everyone' };

/** What goes wrong on the vendor's API. Control calls and the hosted page stay as they are. */
export interface Faults {
  readonly latencyMs: number;
  /** Share of calls, 0 to 1, that are answered with `status` and have no effect. */
  readonly errorRate: number;
  readonly status: number;
  /** Share of calls, 0 to 1, that have their effect but whose connection breaks before the answer. */
  readonly dropAfterProcessing: number;
  /** Put over the metadata of every session in decisions and webhooks, as if another create call had overwritten it. */
  readonly overwriteMetadata: Json;
  /** Starts the dice, so that a run can be repeated. */
  readonly seed: number;
}

export const NO_FAULTS: Faults = { latencyMs: 0, errorRate: 0, status: 500, dropAfterProcessing: 0, overwriteMetadata: null, seed: 1 };

export type SettingsRefusal = { readonly field: string; readonly message: string };
type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: SettingsRefusal };

type Check = (value: Json) => string | null;
const wholeNumber =
  (max: number, min = 0): Check =>
  (value) =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max ? null : `must be a whole number from ${min} to ${max}`;
const share: Check = (value) => (typeof value === 'boolean' || (typeof value === 'number' && value >= 0 && value <= 1) ? null : 'must be true, false or a share from 0 to 1');
const oneOf = (values: readonly string[]): Check => (value) => (typeof value === 'string' && values.includes(value) ? null : `must be one of ${values.join(', ')}`);

const DELAY_MAX_MS = 3_600_000;

const DEFAULT_CHECKS: Readonly<Record<keyof Defaults, Check>> = {
  scenario: (value) => (value === 'manual' || (typeof value === 'string' && endingOf(value) !== undefined) ? null : 'must be manual or the name of a scenario (GET /sandbox/scenarios)'),
  afterMs: wholeNumber(DELAY_MAX_MS),
  webhooks: oneOf(WEBHOOK_MODES),
  copies: wholeNumber(100, 1),
  delayMs: wholeNumber(DELAY_MAX_MS),
  rateLimit: (value) => (typeof value === 'boolean' ? null : 'must be true or false'),
  faces: oneOf(['everyone', 'enrolled']),
};

const FAULT_CHECKS: Readonly<Record<keyof Faults, Check>> = {
  latencyMs: wholeNumber(DELAY_MAX_MS),
  errorRate: share,
  status: wholeNumber(599, 400),
  dropAfterProcessing: share,
  overwriteMetadata: () => null,
  seed: wholeNumber(0xffff_ffff),
};

/** New defaults: what is named changes, the rest stays. */
export const readDefaults = (body: Json | undefined, current: Defaults): Read<Defaults> => merge(body, current, DEFAULT_CHECKS);

/** New faults: what is not named is switched off, so that `{}` heals everything. */
export function readFaults(body: Json | undefined): Read<Faults> {
  const merged = merge(body, NO_FAULTS, FAULT_CHECKS);
  if (!merged.ok) return merged;
  return { ok: true, value: { ...merged.value, errorRate: toShare(merged.value.errorRate), dropAfterProcessing: toShare(merged.value.dropAfterProcessing) } };
}

/** `true` is always, `false` never. */
const toShare = (value: unknown): number => (typeof value === 'boolean' ? Number(value) : typeof value === 'number' ? value : 0);

function merge<T extends object>(body: Json | undefined, current: T, checks: Readonly<Record<keyof T & string, Check>>): Read<T> {
  if (!isJsonObject(body)) return { ok: false, error: { field: 'body', message: 'must be a JSON object' } };
  for (const [field, value] of Object.entries(body)) {
    if (!Object.hasOwn(checks, field)) return { ok: false, error: { field, message: `is not known; known are ${Object.keys(checks).join(', ')}` } };
    const message = checks[field as keyof T & string](value);
    if (message !== null) return { ok: false, error: { field, message } };
  }
  return { ok: true, value: { ...current, ...body } };
}

/** The metadata that the vendor shows of a session while a fault overwrites it: member by member where both are objects. */
export const shownMetadata = (metadata: Json, faults: Faults): Json => {
  if (faults.overwriteMetadata === null) return metadata;
  if (isJsonObject(metadata) && isJsonObject(faults.overwriteMetadata)) return { ...metadata, ...faults.overwriteMetadata } satisfies JsonObject;
  return faults.overwriteMetadata;
};
