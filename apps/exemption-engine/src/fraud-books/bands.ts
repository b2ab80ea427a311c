import { Inject, Injectable } from '@nestjs/common';
import {
  bandDistances,
  type BandDistance,
  type BandState,
  decideBand,
  evolveBand,
  type FraudRate,
  type Quarter,
  quarterOf,
  rateFromBooks,
} from '@assent/domain-exemption';
import { formatMoney, type Result, ok, refuse } from '@assent/kernel';
import { Database } from '@assent/postgres';
import { publishCompliance } from '../compliance';
import { Policies } from '../policies/policies';
import type { Author } from '../policies/policy-book';
import { BOOKED_INSTRUMENTS, type BookedInstrument, lockBands, readBands, readLastClosed, writeBand } from './band-table';
import { readBook } from './book-table';

export interface InstrumentBands {
  readonly instrument: BookedInstrument;
  readonly currency: string;
  /** What risk analysis stands on now; null before the first quarter was closed. */
  readonly closed: { readonly quarter: Quarter; readonly rate: FraudRate } | null;
  /** The quarter that runs, so far: what the distances are measured on, since it can still be steered. */
  readonly running: { readonly quarter: Quarter; readonly rate: FraudRate };
  readonly bands: readonly (BandDistance & { readonly state: BandState })[];
}

/** The bands of Article 20 for people: where they stand, how far each limit is, and the way back after a cessation. */
@Injectable()
export class Bands {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Policies) private readonly policies: Policies,
  ) {}

  async of(namespace: string, nowMs: number): Promise<InstrumentBands[]> {
    const { profile } = (await this.policies.of(this.database, [namespace]))(namespace);
    const { currency } = profile;
    const quarter = quarterOf(nowMs);
    const book = await readBook(this.database, namespace, quarter, profile);
    return Promise.all(
      BOOKED_INSTRUMENTS.map(async (instrument): Promise<InstrumentBands> => {
        const bands = { namespace, instrument, currency };
        const [states, closed] = await Promise.all([readBands(this.database, bands), readLastClosed(this.database, bands)]);
        const rate = rateFromBooks(instrument, book);
        return {
          instrument,
          currency,
          closed: closed === null ? null : { quarter: closed.quarter, rate: closed },
          running: { quarter, rate },
          bands: bandDistances(profile.riskBands[instrument], rate).map((band) => ({ ...band, state: states.get(band.threshold) ?? 'NOT_QUALIFIED' })),
        };
      }),
    );
  }

  /** Records that the authority was notified (Article 20(4)): a band that has recovered may then be used again. */
  async notify(instrument: BookedInstrument, threshold: bigint, evidence: string, { namespace, keyId }: Author): Promise<Result<BandState, 'BAND_NOT_RECOVERED'>> {
    return this.database.transaction(async (tx) => {
      const { profile } = (await this.policies.of(tx, [namespace]))(namespace);
      const of = { namespace, instrument, currency: profile.currency };
      await lockBands(tx, namespace);
      const from = (await readBands(tx, of)).get(threshold) ?? 'NOT_QUALIFIED';
      const events = decideBand({ type: 'NOTIFY' }, from);
      if (!events.includes('REENTERED')) return refuse('BAND_NOT_RECOVERED');
      const to = events.reduce(evolveBand, from);
      await writeBand(tx, of, threshold, to);
      const { currency } = profile;
      const data = { instrument, band: formatMoney({ minor: threshold, currency }), currency, from, to, evidence, notifiedBy: keyId };
      publishCompliance(tx, { namespace, kind: 'BAND_STATE_CHANGED', occurredAtMs: await databaseNow(tx), data });
      return ok(to);
    });
  }
}

async function databaseNow(tx: Pick<Database, 'query'>): Promise<number> {
  const { rows } = await tx.query<{ now_ms: number }>('SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms');
  return rows[0]?.now_ms ?? 0;
}
