import { parseMoney, type Result, ok, refuse } from '@assent/kernel';
import { z } from 'zod';
import type { Area, Limits } from './facts';
import { type Fraction, fractionOf } from './fraction';
import euProfile from './profiles/eu.json';
import uk2021Profile from './profiles/uk-2021.json';
import uk2026Profile from './profiles/uk-2026.json';

/** One row of the Annex: up to `threshold` (minor units, inclusive) the fraud rate must not exceed `reference` basis points. */
export interface RiskBand {
  readonly threshold: bigint;
  readonly reference: Fraction;
}

/** A regime in force: thresholds and terms, as data. A new regime is a new file, and no new code. */
export interface Profile {
  readonly id: string;
  readonly currency: string;
  /** Providers in this area are inside the regime. */
  readonly area: Area;
  readonly lowValue: Limits;
  /** `riskBased`: no limits of the law, low risk instead (UK from March 2026). */
  readonly contactless: Limits | 'riskBased';
  /** Ascending by threshold. */
  readonly riskBands: Readonly<Record<'card' | 'credit_transfer', readonly RiskBand[]>>;
  readonly accountAccess: {
    /** Article 10: authentication again after more than so many days. */
    readonly directDays: number;
    /** Article 10a; null where it is never renewed. */
    readonly aispDays: number | null;
    readonly historyDays: number;
  };
}

const limitsShape = z.strictObject({ single: z.string(), cumulative: z.string(), count: z.int().min(0) });
const bandShape = z.tuple([z.string(), z.string()]);

export const profileShape = z.strictObject({
  id: z.string().regex(/^[A-Z][A-Z0-9_]{0,31}$/),
  /** From when on, and until when, both dates included; null: open. */
  effective: z.strictObject({ from: z.iso.date(), until: z.iso.date().nullable() }),
  currency: z.string(),
  area: z.enum(['EEA', 'UK', 'OTHER']),
  lowValue: limitsShape,
  contactless: z.union([limitsShape, z.strictObject({ riskBased: z.literal(true) })]),
  tra: z.strictObject({ card: z.array(bandShape), credit_transfer: z.array(bandShape) }),
  accountAccess: z.strictObject({ directDays: z.int().min(0), aispDays: z.int().min(0).nullable(), txWindowDays: z.int().min(0) }),
});

/** Says which field of a data file is wrong, so that whoever wrote the file can mend it. */
export type DataFileRefusal = string;

class Malformed extends Error {}

function minorUnits(text: string, currency: string, field: string): bigint {
  const money = parseMoney(text, currency);
  if (!money.ok) throw new Malformed(`${field}: ${money.error}`);
  return money.value.minor;
}

export const limitsOf = (shape: z.infer<typeof limitsShape>, currency: string, field: string): Limits => ({
  single: minorUnits(shape.single, currency, `${field}.single`),
  cumulative: minorUnits(shape.cumulative, currency, `${field}.cumulative`),
  count: shape.count,
});

function bandsOf(rows: readonly (readonly [string, string])[], currency: string, field: string): RiskBand[] {
  const bands = rows.map(([threshold, basisPoints]): RiskBand => {
    const reference = fractionOf(basisPoints);
    if (reference === null) throw new Malformed(`${field}: a reference rate is no decimal`);
    return { threshold: minorUnits(threshold, currency, field), reference };
  });
  return bands.sort((a, b) => (a.threshold < b.threshold ? -1 : 1));
}

/** Reads a profile file. Refuses anything that it does not know: a typo in a threshold must not become a default. */
export function parseProfile(data: unknown): Result<Profile, DataFileRefusal> {
  const shape = profileShape.safeParse(data);
  if (!shape.success) return refuse(z.prettifyError(shape.error));
  const { id, currency, area, lowValue, contactless, tra, accountAccess } = shape.data;
  try {
    return ok({
      id,
      currency,
      area,
      lowValue: limitsOf(lowValue, currency, 'lowValue'),
      contactless: 'riskBased' in contactless ? 'riskBased' : limitsOf(contactless, currency, 'contactless'),
      riskBands: { card: bandsOf(tra.card, currency, 'tra.card'), credit_transfer: bandsOf(tra.credit_transfer, currency, 'tra.credit_transfer') },
      accountAccess: { directDays: accountAccess.directDays, aispDays: accountAccess.aispDays, historyDays: accountAccess.txWindowDays },
    });
  } catch (error) {
    if (error instanceof Malformed) return refuse(error.message);
    throw error;
  }
}

function builtIn(data: unknown): [string, Profile] {
  const profile = parseProfile(data);
  if (!profile.ok) throw new Error(`a built-in profile cannot be read: ${profile.error}`);
  return [profile.value.id, profile.value];
}

/** The regimes that come with the engine, by id: `EU`, `UK_2021`, `UK_2026`. */
export const PROFILES: ReadonlyMap<string, Profile> = new Map([euProfile, uk2021Profile, uk2026Profile].map(builtIn));
