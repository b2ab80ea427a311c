import { randomBytes, randomUUID } from 'node:crypto';
import type { Json } from './json';
import type { Ending } from './scenarios';

export interface Session {
  readonly id: string;
  readonly number: number;
  readonly token: string;
  readonly vendorData: string | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly language: string | null;
  /** Overwritten when the session is handed out again. */
  metadata: Json;
  callback: string | null;
  expectedIpAddress: string | null;
  status: string;
  /** What its checks found; null until it was gone through. */
  ending: Ending | null;
  /** How it will end by itself, chosen at creation; null: by hand. */
  scenario: string | null;
  readonly reviews: { readonly user: string; readonly new_status: string; readonly comment: string | null; readonly created_at: string }[];
  deleted: boolean;
  /** Create calls that were answered with it: above 1 it was reused. */
  creates: number;
  decisionReads: number;
}

/** Statuses in which the vendor hands a session out again for the same payer (Didit contract, section 2.2). */
const REUSABLE = new Set(['Not Started', 'In Progress', 'Resubmitted', 'Awaiting User']);
const LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;
const SESSIONS_MAX = 50_000;

export const isReusable = (session: Session): boolean => !session.deleted && REUSABLE.has(session.status);

/** The sessions of one simulated application, in memory. Bounded: past the limit the oldest is forgotten, as after the vendor's retention. */
export class Sessions {
  private readonly byId = new Map<string, Session>();
  private readonly byToken = new Map<string, Session>();
  /** The latest session of a payer: the only one that can be reused. */
  private readonly byVendorData = new Map<string, Session>();
  private lastNumber = 1000;

  constructor(private readonly sessionsMax = SESSIONS_MAX) {}

  add(fields: Pick<Session, 'vendorData' | 'metadata' | 'callback' | 'language' | 'scenario' | 'expectedIpAddress'>, nowMs: number): Session {
    const session: Session = {
      ...fields,
      id: randomUUID(),
      number: ++this.lastNumber,
      token: randomBytes(9).toString('base64url'),
      createdAtMs: nowMs,
      expiresAtMs: nowMs + LIFETIME_MS,
      status: 'Not Started',
      ending: null,
      reviews: [],
      deleted: false,
      creates: 1,
      decisionReads: 0,
    };
    this.byId.set(session.id, session);
    this.byToken.set(session.token, session);
    if (session.vendorData !== null) this.byVendorData.set(session.vendorData, session);
    this.forgetBeyondLimit();
    return session;
  }

  /** An unfinished session of this payer, if there is one. */
  reusable(vendorData: string | null): Session | null {
    const session = vendorData === null ? undefined : this.byVendorData.get(vendorData);
    return session !== undefined && isReusable(session) ? session : null;
  }

  /** Also a deleted one: the caller says what that means. */
  find(id: string): Session | undefined {
    return this.byId.get(id);
  }

  findByToken(token: string): Session | undefined {
    return this.byToken.get(token);
  }

  /** Oldest first. */
  all(): IterableIterator<Session> {
    return this.byId.values();
  }

  get size(): number {
    return this.byId.size;
  }

  private forgetBeyondLimit(): void {
    for (const session of this.byId.values()) {
      if (this.byId.size <= this.sessionsMax) return;
      this.byId.delete(session.id);
      this.byToken.delete(session.token);
      if (session.vendorData !== null && this.byVendorData.get(session.vendorData) === session) this.byVendorData.delete(session.vendorData);
    }
  }
}
