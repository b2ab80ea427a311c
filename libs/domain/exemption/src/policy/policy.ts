import { parseMoney, type Result, ok, refuse } from '@assent/kernel';
import { z } from 'zod';
import type { OneLegOut, Regime } from '../evaluate';
import type { HouseLimits } from '../house-limit';
import type { Channel, Instrument, LocalLimits, Party } from '../facts';
import { localThresholdsShape, settingsShape } from '../facts-shape';
import { type DataFileRefusal, PROFILES } from '../profile';
import { localLimitsOf } from '../read-facts';
import { PAYMENT_EXEMPTION_IDS, type PaymentExemptionId } from '../rule';
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
  /**
   * Whose house this is. At the payee's provider the payer's provider holds the real counters: ours are shadows, at most as large as those,
   * and no gateway may claim to be the payer's provider.
   */
  readonly applicantMode: 'payer_psp' | 'payee_psp';
  readonly houseLimits: HouseLimits;
  readonly oneLegOut: OneLegOut;
  /** Days of the audits of Article 3(2), which risk analysis needs; null: there was none. */
  readonly audits: { readonly yearlyOn: string | null; readonly externalOn: string | null };
  /** What authentication has to hold beyond two factors; travels in every decision. Null: nothing. */
  readonly stepUp: StepUpRules | null;
}

export interface StepUpRules {
  readonly rulesVersion: number;
  readonly required: readonly string[];
  readonly rules: readonly Readonly<Record<string, unknown>>[];
}

/** These spend a counter that other payments need, so they are tried after everything that is free. */
const SPENDS_A_COUNTER: ReadonlySet<PaymentExemptionId> = new Set<PaymentExemptionId>(['EX11', 'EX16']);

function countersComeLast(rules: readonly PaymentExemptionId[]): boolean {
  const first = rules.findIndex((rule) => SPENDS_A_COUNTER.has(rule));
  return first === -1 || rules.slice(first).every((rule) => SPENDS_A_COUNTER.has(rule));
}

export const policyShape = z.strictObject({
  id: z.string().min(1).max(128),
  version: z.int().min(0),
  profile: z.string(),
  consider: z
    .array(z.enum(PAYMENT_EXEMPTION_IDS))
    .refine((rules) => new Set(rules).size === rules.length, { error: 'must name each exemption once' })
    .refine(countersComeLast, { error: 'must name EX11 and EX16 last: they spend a counter, the others are free' })
    .describe('Exemptions of payments in the order in which they are tried; the first that applies wins.'),
  considerDirectAccess: z.boolean(),
  assume: z.strictObject({
    instrument: z.enum(['card', 'credit_transfer', 'direct_debit']).optional(),
    channel: z.enum(['remote', 'contactless_pos', 'contact_pos']).optional(),
    initiator: z.enum(['payer', 'payee']).optional(),
    applicant: z.enum(['payer_psp', 'payee_psp']).optional(),
  }),
  settings: settingsShape,
  localThresholds: localThresholdsShape,
  resetsCounters: z.array(z.enum(['SCA', 'SINGLE_FACTOR'])).describe('Approvals of which assurance reset the counters.'),
  applicantMode: z.enum(['payer_psp', 'payee_psp']).default('payer_psp').describe("Whose house this is. At the payee's provider counters are shadows."),
  houseLimits: z
    .partialRecord(z.enum(PAYMENT_EXEMPTION_IDS), z.string().max(40))
    .default({})
    .describe("The most for one payment under an exemption, in the profile's currency; inclusive. Only ever below the law's limits."),
  oneLegOut: z.enum(['best_effort', 'require_sca']).default('best_effort').describe("What to do where the payee's side abroad cannot support authentication."),
  audits: z
    .strictObject({ yearlyOn: z.iso.date().nullable(), externalOn: z.iso.date().nullable() })
    .default({ yearlyOn: null, externalOn: null })
    .describe('Days of the last audits of Article 3(2): yearly, and by an external auditor (every three years).'),
  stepUp: z
    .strictObject({
      rulesVersion: z.int().min(0),
      required: z.array(z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/)).max(20),
      rules: z.array(z.record(z.string(), z.unknown())).max(200),
    })
    .nullable()
    .default(null)
    .describe('What is required beyond two factors, and compiled rules for what the vendor reports.'),
});
export type PolicyFile = z.input<typeof policyShape>;

/** Reads a policy file. Refuses what it does not know, so that a misspelt switch is not silently the default. */
export function parsePolicy(data: unknown): Result<Policy, DataFileRefusal> {
  const shape = policyShape.safeParse(data);
  if (!shape.success) return refuse(z.prettifyError(shape.error));
  const { profile: profileId, localThresholds, houseLimits: writtenLimits, ...rest } = shape.data;
  const profile = PROFILES.get(profileId);
  if (profile === undefined) return refuse(`profile: must be one of ${[...PROFILES.keys()].join(', ')}`);
  const localLimits = localLimitsOf(localThresholds);
  if (!localLimits.ok) return refuse(`${localLimits.error.field}: ${localLimits.error.message}`);
  const houseLimits = houseLimitsOf(writtenLimits, profile.currency);
  return houseLimits.ok ? ok({ ...rest, profile, localLimits: localLimits.value, houseLimits: houseLimits.value }) : houseLimits;
}

function houseLimitsOf(written: Partial<Record<PaymentExemptionId, string>>, currency: string): Result<HouseLimits, DataFileRefusal> {
  const limits = new Map<PaymentExemptionId, bigint>();
  for (const id of PAYMENT_EXEMPTION_IDS) {
    const limit = written[id];
    if (limit === undefined) continue;
    const money = parseMoney(limit, currency);
    if (!money.ok) return refuse(`houseLimits.${id}: must be a decimal string in ${currency}`);
    limits.set(id, money.value.minor);
  }
  return ok(limits);
}

/** The form of a policy file as a JSON Schema, for editors and reviews. */
export const policyJsonSchema = (): object => ({
  $id: 'urn:assent:exemption-policy:v1',
  title: 'Exemption policy',
  ...z.toJSONSchema(policyShape.extend({ $schema: z.string().optional() }), { io: 'input' }),
});

function builtIn(data: unknown): Policy {
  const policy = parsePolicy(data);
  if (!policy.ok) throw new Error(`the built-in policy cannot be read: ${policy.error}`);
  return policy.value;
}

/** The policy that comes with the engine: Article 16 alone, every open question on the cautious side. */
export const DEFAULT_POLICY: Policy = builtIn(defaultPolicyFile);
