import { verifyWebhook, type RawWebhook } from '@assent/didit';
import type { WebhookVector } from './vectors-file';

export interface Judgement {
  readonly name: string;
  readonly accepted: boolean;
  /** Which signature was good, or the code of the refusal. */
  readonly reason: string;
}

const FRESHNESS_SECONDS = 300;
const SIGNATURES = ['x-signature', 'x-signature-v2', 'x-signature-simple'] as const;

/** What the receiver's own verifier says of a delivery. A published vector is good only if each of its signatures is good by itself. */
export function judgeVector(vector: WebhookVector): Judgement {
  const asItCame = verified(vector, vector.headers);
  if (!asItCame.accepted) return asItCame;
  const failedAlone = vector.eachAlone.map((name) => verified(vector, withOnly(vector.headers, name))).find(({ accepted }) => !accepted);
  return failedAlone ?? asItCame;
}

function verified({ name, secrets, body, nowMs }: WebhookVector, headers: RawWebhook['headers']): Judgement {
  const result = verifyWebhook({ body, headers }, { secrets, nowMs, freshnessSeconds: FRESHNESS_SECONDS });
  return { name, accepted: result.ok, reason: result.ok ? result.value.verifiedBy : result.error };
}

const withOnly = (headers: WebhookVector['headers'], kept: (typeof SIGNATURES)[number]): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name === kept || !(SIGNATURES as readonly string[]).includes(name)));
