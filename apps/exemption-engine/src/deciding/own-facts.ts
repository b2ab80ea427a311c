import { type Facts, type RiskAnalysis, UNKNOWN_FACTS } from '@assent/domain-exemption';
import { normaliseAccount, parseMoney } from '@assent/kernel';
import { type Tx } from '@assent/postgres';
import { readRiskBooks, type RiskBooks } from '../fraud-books/risk-books';
import { type AccessRow, type Asked, type PayeeRow, readAccess, readSeries, readTrusted, type SeriesRow } from '../payer-books/payer-books';
import type { PolicyOf } from '../policies/policies';
import type { Candidate } from './candidate';

const DAY_MS = 24 * 60 * 60 * 1000;
const AUDIT_YEARLY_DAYS = 366;
/** RTS Article 3(2): by an external auditor at least every three years. */
const AUDIT_EXTERNAL_DAYS = 3 * 366;

interface Books {
  readonly trusted: ReadonlyMap<string, PayeeRow>;
  readonly series: ReadonlyMap<string, SeriesRow>;
  readonly access: ReadonlyMap<string, AccessRow>;
  readonly risk: RiskBooks;
}

const accountsOf = ({ event: { body } }: Candidate): string[] => {
  const { payee, payees = [] } = body.payment ?? {};
  return [...(payee === undefined ? [] : [payee]), ...payees].map(({ account }) => normaliseAccount(account));
};
const payeeId = (candidate: Candidate, account: string): string => `${candidate.namespace}\n${candidate.event.body.payer.id}\n${account}`;
const seriesId = (candidate: Candidate, id: string): string => `${candidate.namespace}\n${candidate.event.body.payer.id}\n${id}`;

/** Facts that are the engine's own: trusted payees, series, fraud rates and band states, and the age of the last authentication for access. */
export class OwnFacts {
  private constructor(
    private readonly books: Books,
    private readonly policyOf: PolicyOf,
    private readonly nowMs: number,
  ) {}

  /** Reads what the candidates of one batch need, in one round trip; nothing where the policy does not ask for it. */
  static async read(tx: Tx, candidates: readonly Candidate[], policyOf: PolicyOf, nowMs: number): Promise<OwnFacts> {
    const considering = (rule: 'EX13' | 'EX14' | 'EX18'): Candidate[] =>
      candidates.filter(({ event, namespace }) => event.body.action === 'payment' && policyOf(namespace).consider.includes(rule));
    const withId = ({ namespace, event }: Candidate, id: string | null): Asked[] => (id === null ? [] : [{ namespace, payerId: event.body.payer.id, id }]);
    const [trusted, series, access, risk] = await Promise.all([
      readTrusted(tx, considering('EX13').flatMap((one) => accountsOf(one).flatMap((account) => withId(one, account)))),
      readSeries(tx, considering('EX14').flatMap((one) => withId(one, one.event.body.facts?.series?.id ?? null))),
      readAccess(tx, candidates.flatMap((one) => withId(one, one.facts.action === 'account_access' ? one.facts.access.via : null))),
      readRiskBooks(tx, considering('EX18').map(({ namespace }) => ({ namespace, currency: policyOf(namespace).profile.currency })), nowMs),
    ]);
    return new OwnFacts({ trusted, series, access, risk }, policyOf, nowMs);
  }

  /** The candidate's facts with what the books say. What they do not hold stays unknown, or is "not on the list". */
  of(candidate: Candidate): Facts {
    const { facts } = candidate;
    return {
      ...facts,
      payeeList: this.payeeList(candidate),
      series: this.series(candidate),
      access: this.access(candidate),
      riskAnalysis: this.riskAnalysis(candidate),
    };
  }

  private payeeList(candidate: Candidate): Facts['payeeList'] {
    const accounts = accountsOf(candidate);
    if (candidate.facts.action !== 'payment' || accounts.length === 0) return UNKNOWN_FACTS.payeeList;
    const entries = accounts.flatMap((account) => this.books.trusted.get(payeeId(candidate, account)) ?? []);
    if (entries.length < accounts.length) return { onList: false, createdVia: null, scaAtCreation: null };
    // Entries come here from approvals alone, which the account provider asked for.
    return { onList: true, createdVia: 'aspsp', scaAtCreation: entries.every(({ sca }) => sca) };
  }

  private series(candidate: Candidate): Facts['series'] {
    const { facts, payment } = candidate.event.body;
    const id = facts?.series?.id;
    const row = id === undefined ? undefined : this.books.series.get(seriesId(candidate, id));
    if (row === undefined) return { ...UNKNOWN_FACTS.series, isSeries: id === undefined ? null : false };
    const money = parseMoney(payment?.amount ?? '', payment?.currency ?? '');
    return {
      isSeries: true,
      first: !row.hasFirstPayment,
      amended: !row.sca,
      sameAmount: money.ok && money.value.minor === row.amountMinor && money.value.currency === row.currency,
      samePayee: payment?.payee !== undefined && normaliseAccount(payment.payee.account) === row.account,
      firstHadSca: row.sca && row.firstPaymentSca,
    };
  }

  /** The stricter of what the gateway says and what we have seen; where it says nothing, what we have seen. */
  private access(candidate: Candidate): Facts['access'] {
    const { access } = candidate.facts;
    const row = access.via === null ? undefined : this.books.access.get(seriesId(candidate, access.via));
    if (row === undefined) return access;
    const days = Math.max(0, Math.floor((this.nowMs - row.authenticatedAtMs) / DAY_MS));
    return { ...access, first: access.first ?? false, daysSinceSca: Math.max(days, access.daysSinceSca ?? 0) };
  }

  private riskAnalysis({ facts, namespace }: Candidate): RiskAnalysis {
    const { audits } = this.policyOf(namespace);
    const { instrument } = facts;
    const books = instrument === 'card' || instrument === 'credit_transfer' ? this.books.risk.of(namespace, instrument) : null;
    return {
      ...facts.riskAnalysis,
      ...books,
      yearlyAudit: this.isYoung(audits.yearlyOn, AUDIT_YEARLY_DAYS),
      firstYearExternalAudit: this.isYoung(audits.externalOn, AUDIT_EXTERNAL_DAYS),
    };
  }

  private isYoung(day: string | null, daysMax: number): boolean {
    if (day === null) return false;
    const ageMs = this.nowMs - Date.parse(day);
    return ageMs >= 0 && ageMs <= daysMax * DAY_MS;
  }
}
