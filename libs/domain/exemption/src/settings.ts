/**
 * Readings of the law that are open, and limits of the house. The defaults are the readings that the rules recommend; each field
 * names the question, so that counsel can answer it with one word in the policy.
 */
export interface Settings {
  /** Does the limit test count the payment under decision? `literal` follows Articles 11(b), 16(b), 16(c), which speak of previous payments. */
  readonly counterReading: 'inclusive' | 'literal';
  /** Which payments count: every one without authentication, or only those that used this exemption (EBA-Op-2018-04, unresolved). */
  readonly counterScope: 'all_unauthenticated' | 'this_exemption_only';
  /** Article 16(b) or 16(c): one of them, never both (EBA Q&A 2018_4225). */
  readonly lowValueMode: CounterMode;
  /** Article 11(b) or 11(c). */
  readonly contactlessMode: CounterMode;
  /** Article 16 does not repeat "subject to Article 2". What if monitoring is down, or nobody says? */
  readonly lowValueMonitoring: 'not_required' | 'refuse_when_down' | 'required';
  /** Oldest usable conversion rate, in hours; that age itself is still usable. */
  readonly fxMaxAgeHours: number;
  /** May risk analysis go on in the first quarter over the reference (Article 18(2)(a) against 20(2))? */
  readonly traGraceQuarter: boolean;
  /** Highest risk score that still passes. */
  readonly riskScoreMax: number;
  /** Article 10: may balance and payments be shown together (EBA Q&A 2023_6820, unresolved)? */
  readonly aisBothItemsAllowed: boolean;
}

export type CounterMode = 'amount' | 'count';

export const DEFAULT_SETTINGS: Settings = {
  counterReading: 'inclusive',
  counterScope: 'all_unauthenticated',
  lowValueMode: 'amount',
  contactlessMode: 'amount',
  lowValueMonitoring: 'not_required',
  fxMaxAgeHours: 24,
  traGraceQuarter: true,
  riskScoreMax: 30,
  aisBothItemsAllowed: true,
};
