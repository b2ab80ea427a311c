import { Inject, Injectable } from '@nestjs/common';
import { type Confirm, decide, type Refusal } from '@assent/domain-session';
import { byteaArray, Database, type Tx } from '@assent/postgres';
import type { AuthenticationRecord } from '../authentication/authentication-record';
import type { AuthenticationUnit } from '../authentication/authentication-unit';
import { BatchedWork } from '../authentication/batched-work';
import { Contended } from '../authentication/contended';
import { UnitServices } from '../authentication/unit-services';
import { blockedPayers, payerKeyText } from '../payers/payer-failures';
import { openingMaxMs, SETTINGS, type Settings } from '../settings';
import { closeAttempt, type SessionInput } from '../vendor/write-vendor-sessions';

export interface ConfirmIntent {
  readonly tokenHash: Buffer;
  readonly shownHash: string;
  /** Whether an open check of another payment was looked at once more before it is given up. */
  readonly otherWasFetched: boolean;
}

export type IntentAnswer =
  | { readonly kind: 'UNKNOWN_LINK' }
  /** The attempt is written down: now, and only now, a vendor session may be made. */
  | { readonly kind: 'OPEN'; readonly record: AuthenticationRecord; readonly attempt: number; readonly input: SessionInput }
  | { readonly kind: 'REFUSED'; readonly record: AuthenticationRecord; readonly refusal: Refusal }
  /** The request ended by it (the payer is blocked). */
  | { readonly kind: 'ENDED'; readonly record: AuthenticationRecord }
  /** The payer has another payment's check open: look at it once more before giving it up. */
  | { readonly kind: 'OTHER_OPEN'; readonly key: string; readonly vendorSessionId: string }
  /** The other check is given up; its session is being deleted. */
  | { readonly kind: 'OTHER_DELETING'; readonly vendorSessionId: string }
  /** The other session is just being made: nobody knows yet what would have to be deleted. */
  | { readonly kind: 'OTHER_OPENING' };

interface Candidate {
  readonly token_hash: Buffer;
  readonly key: string;
  readonly namespace: string;
  readonly payer_id: string;
}
interface Holder {
  readonly key: string;
  readonly attempt: number;
  readonly namespace: string;
  readonly payer_id: string;
  readonly state: 'OPENING' | 'OPEN' | 'DELETING';
  readonly vendor_session_id: string | null;
  readonly age_ms: number;
}

/** What one transaction knows while it goes through its confirmations. */
interface Round {
  readonly tx: Tx;
  readonly unit: AuthenticationUnit;
  /** Who holds which payer's place, kept true as confirmations take and free them. */
  readonly places: Map<string, Holder>;
  readonly blocked: ReadonlySet<string>;
}

const FIND = `
  SELECT row.token_hash, row.key, row.namespace, row.payer_id FROM authentication AS row
    JOIN unnest($1::bytea[]) AS link (token_hash) USING (token_hash)`;
const HOLDERS = `
  SELECT session.key, session.attempt, session.namespace, session.payer_id, session.state, session.vendor_session_id,
         (extract(epoch FROM clock_timestamp() - session.confirmed_at) * 1000)::float8 AS age_ms
    FROM vendor_session AS session JOIN unnest($1::text[], $2::text[]) AS payer (namespace, payer_id) USING (namespace, payer_id)
   WHERE session.state IN ('OPENING', 'OPEN', 'DELETING')`;

/**
 * Writes confirmations down, many in one transaction: the attempt, and the payer's one place for an open vendor session. The vendor is
 * called afterwards. Where another payment of the payer has the place, it is given up first (DESIGN 3.0).
 */
@Injectable()
export class ApprovalIntents {
  private readonly openingMaxMs: number;
  private readonly intents = new BatchedWork<ConfirmIntent, IntentAnswer>((intents) => this.database.transaction((tx) => this.write(tx, intents), 'confirmation'));

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UnitServices) private readonly units: UnitServices,
    @Inject(SETTINGS) settings: Pick<Settings, 'diditTimeoutMs'>,
  ) {
    this.openingMaxMs = openingMaxMs(settings.diditTimeoutMs);
  }

  confirm(intent: ConfirmIntent): Promise<IntentAnswer> {
    return this.intents.submit(intent);
  }

  private async write(tx: Tx, intents: readonly ConfirmIntent[]): Promise<IntentAnswer[]> {
    const { rows: candidates } = await tx.query<Candidate>(FIND, [byteaArray(intents.map(({ tokenHash }) => tokenHash))]);
    const byToken = new Map(candidates.map((row) => [row.token_hash.toString('hex'), row]));
    const payers = candidates.map((row) => ({ namespace: row.namespace, payerId: row.payer_id }));
    const before = await this.holders(tx, candidates);
    const unit = await this.units.begin(tx, [...candidates.map(({ key }) => key), ...before.map(({ key }) => key)]);
    // Read again under the locks: whoever holds a place now holds it until we are done.
    const [holders, blocked] = await Promise.all([this.holders(tx, candidates), blockedPayers(tx, payers)]);
    const locked = new Set([...candidates, ...before].map(({ key }) => key));
    if (holders.some(({ key }) => !locked.has(key))) throw new Contended("a payer's place was taken");
    const places = new Map(holders.map((holder) => [placeOf(holder), holder]));
    const round: Round = { tx, unit, places, blocked };
    const answers: IntentAnswer[] = [];
    for (const intent of intents) {
      const candidate = byToken.get(intent.tokenHash.toString('hex'));
      if (candidate === undefined) answers.push({ kind: 'UNKNOWN_LINK' });
      else answers.push(await this.one(round, intent, candidate));
    }
    await unit.save();
    return answers;
  }

  private async holders(tx: Tx, candidates: readonly Candidate[]): Promise<Holder[]> {
    if (candidates.length === 0) return [];
    const distinct = [...new Map(candidates.map((row) => [placeOf(row), row])).values()];
    const { rows } = await tx.query<Holder>(HOLDERS, [distinct.map(({ namespace }) => namespace), distinct.map((row) => row.payer_id)]);
    return rows;
  }

  private async one(round: Round, intent: ConfirmIntent, { key, ...payer }: Candidate): Promise<IntentAnswer> {
    const { unit, places, blocked } = round;
    const nowMs = unit.nowMs(key);
    const payerBlocked = blocked.has(payerKeyText({ namespace: payer.namespace, payerId: payer.payer_id }));
    const command: Confirm = { type: 'Confirm', shownHash: intent.shownHash, payerBlocked, openingMaxMs: this.openingMaxMs, nowMs };
    const wished = decide(command, unit.state(key));
    if (!wished.ok) return { kind: 'REFUSED', record: recordOf(unit, key), refusal: wished.error };
    const opens = wished.value.some(({ type }) => type === 'PayerConfirmed');
    const holder = places.get(placeOf(payer));
    if (opens && holder !== undefined) {
      const obstacle = await this.clear(round, key, holder, intent);
      if (obstacle !== null) return obstacle;
    }
    unit.run(key, command);
    const record = recordOf(unit, key);
    if (record.state.status !== 'OPENING') return { kind: 'ENDED', record };
    const { attempt } = record.state;
    places.set(placeOf(payer), { key, attempt, ...payer, state: 'OPENING', vendor_session_id: null, age_ms: 0 });
    return { kind: 'OPEN', record, attempt, input: unit.sessionInput(record, attempt) };
  }

  /** Makes the payer's place free, or says what is in the way. */
  private async clear({ tx, unit, places }: Round, key: string, holder: Holder, { otherWasFetched }: ConfirmIntent): Promise<IntentAnswer | null> {
    if (holder.state === 'DELETING') return { kind: 'OTHER_DELETING', vendorSessionId: sessionOf(holder) };
    const isOwnLostOpening = holder.key === key && holder.state === 'OPENING';
    if (isOwnLostOpening) return null;
    if (holder.state === 'OPEN' && !otherWasFetched) return { kind: 'OTHER_OPEN', key: holder.key, vendorSessionId: sessionOf(holder) };
    const superseded = unit.run(holder.key, { type: 'Supersede', nowMs: unit.nowMs(holder.key), openingMaxMs: this.openingMaxMs });
    if (holder.state === 'OPEN') {
      places.set(placeOf(holder), { ...holder, state: 'DELETING' });
      return { kind: 'OTHER_DELETING', vendorSessionId: sessionOf(holder) };
    }
    if (superseded.ok) return null;
    // Its authentication has ended meanwhile, and the answer to its create call never came: only the place is left.
    if (superseded.error !== 'NOTHING_TO_SUPERSEDE' || holder.age_ms < this.openingMaxMs) return { kind: 'OTHER_OPENING' };
    await closeAttempt(tx, holder.key, holder.attempt);
    return null;
  }
}

const placeOf = (payer: { readonly namespace: string; readonly payer_id: string }): string => payerKeyText({ namespace: payer.namespace, payerId: payer.payer_id });

function recordOf(unit: AuthenticationUnit, key: string): AuthenticationRecord {
  const record = unit.record(key);
  if (record === null) throw new Error('invariant broken: a link belongs to an authentication');
  return record;
}

function sessionOf({ vendor_session_id: id }: Holder): string {
  if (id === null) throw new Error('invariant broken: an open session has its id');
  return id;
}
