import { type Result, ok, refuse } from '@assent/kernel';
import { z } from 'zod';
import type { Regime } from '../evaluate';
import type { Channel, Instrument, LocalLimits, Party } from '../facts';
import { localThresholdsShape, settingsShape } from '../facts-shape';
import { type DataFileRefusal, PROFILES } from '../profile';
import { localLimitsOf } from '../read-facts';
import { PAYMENT_EXEMPTION_IDS } from '../rule';
import defaultPolicyFile from './default-policy.v1.json';

/**
 * What a silent gateway is taken to mean. Only facts on which the strict reading would exclude nearly everything stand here: that a
 * request about a payment is a remote one, by the payer, at the payer's provider. All others stay unknown, and count against an exemption.
 */
export interface AssumedFacts {
  readonly instrument?: Instrument | undefined;
  readonly channel?: Channel | undefined;
  readonly initiator?: Party | undefined;
  readonly applicant?: string | undefined;
}

/** Which exemptions a provider uses, in which order, under which law, and how it reads what is open. Data, with a version. */
export interface Policy extends Regime {
  readonly id: string;
  readonly version: number;
  readonly assume: AssumedFacts;
  readonly localLimits: LocalLimits;
  /** Approvals of which assurance open a new epoch. One factor is no strong customer authentication, so by default it resets nothing. */
  readonly resetsCounters: readonly ('SCA' | 'SINGLE_FACTOR')[];
}

export const policyShape = z.strictObject({
  id: z.string().min(1).max(128),
  version: z.int().min(0),
  profile: z.string(),
  consider: z.array(z.enum(PAYMENT_EXEMPTION_IDS)).refine((rules) => new Set(rules).size === rules.length, { error: 'must name each exemption once' }),
  considerDirectAccess: z.boolean(),
  assume: z.strictObject({
    instrument: z.enum(['card', 'credit_transfer', 'direct_debit']).optional(),
    channel: z.enum(['remote', 'contactless_pos', 'contact_pos']).optional(),
    initiator: z.enum(['payer', 'payee']).optional(),
    applicant: z.enum(['payer_psp', 'payee_psp']).optional(),
  }),
  settings: settingsShape,
  localThresholds: localThresholdsShape,
  resetsCounters: z.array(z.enum(['SCA', 'SINGLE_FACTOR'])),
});

/** Reads a policy file. Refuses what it does not know, so that a misspelt switch is not silently the default. */
export function parsePolicy(data: unknown): Result<Policy, DataFileRefusal> {
  const shape = policyShape.safeParse(data);
  if (!shape.success) return refuse(z.prettifyError(shape.error));
  const { profile: profileId, localThresholds, ...rest } = shape.data;
  const profile = PROFILES.get(profileId);
  if (profile === undefined) return refuse(`profile: must be one of ${[...PROFILES.keys()].join(', ')}`);
  const localLimits = localLimitsOf(localThresholds);
  return localLimits.ok ? ok({ ...rest, profile, localLimits: localLimits.value }) : refuse(`${localLimits.error.field}: ${localLimits.error.message}`);
}

function builtIn(data: unknown): Policy {
  const policy = parsePolicy(data);
  if (!policy.ok) throw new Error(`the built-in policy cannot be read: ${policy.error}`);
  return policy.value;
}

/** The policy that comes with the engine: Article 16 alone, every open question on the cautious side. */
export const DEFAULT_POLICY: Policy = builtIn(defaultPolicyFile);
