import { decisionBody, type Identity } from './decision-body';
import type { Deliveries } from './deliveries';
import { Dice } from './dice';
import type { JsonObject } from './json';
import { endingOf, type Ending } from './scenarios';
import { Sessions, type Session } from './sessions';
import { DEFAULTS, NO_FAULTS, shownMetadata, type Defaults, type Faults } from './settings';
import { newWebhook, type WebhookContent } from './webhook';

/** Statuses whose webhook carries the decision (Didit contract, section 4.3). */
const WITH_DECISION = new Set(['Approved', 'Declined', 'In Review', 'Abandoned']);
const RESUBMIT_INFO = { nodes_to_resubmit: [{ feature: 'LIVENESS', node_id: 'feature_liveness_1' }], reasons: { feature_liveness_1: 'Please try again' } };
/** From these a payer can still go on. */
const OPEN = new Set(['Not Started', 'In Progress', 'Awaiting User', 'Resubmitted', 'In Review']);
const BLOCKED_MAX = 10_000;
const ENROLLED_MAX = 100_000;

export type NewSession = Pick<Session, 'vendorData' | 'metadata' | 'callback' | 'language' | 'scenario' | 'expectedIpAddress'> & { readonly hasPortrait: boolean };

/** The simulated application: its sessions, who is blocked or has a stored face, and what it tells by webhook. No HTTP in here. */
export class Vendor {
  readonly sessions = new Sessions();
  defaults: Defaults = DEFAULTS;
  faults: Faults = NO_FAULTS;
  dice = new Dice(NO_FAULTS.seed);
  private readonly blocked = new Set<string>();
  private readonly enrolled = new Set<string>();
  private readonly lastWebhook = new WeakMap<Session, WebhookContent>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    readonly identity: Identity,
    readonly publicUrl: string,
    private readonly deliveries: Deliveries,
  ) {}

  /** A new session, or an unfinished one of the same payer with its metadata and callback overwritten: nothing in the answer says which. */
  create(fields: NewSession, nowMs: number): Session {
    const { hasPortrait, ...rest } = fields;
    if (hasPortrait && rest.vendorData !== null) this.enrol(rest.vendorData);
    const earlier = this.sessions.reusable(rest.vendorData);
    if (earlier !== null) {
      earlier.callback = rest.callback;
      earlier.metadata = rest.metadata;
      earlier.creates++;
      return earlier;
    }
    const session = this.sessions.add(rest, nowMs);
    // A scenario chosen at creation waits for the payer on the hosted page, unless sessions end by themselves.
    if (this.defaults.scenario !== 'manual') this.finishLater(session, rest.scenario ?? this.defaults.scenario);
    return session;
  }

  /** The payer has opened the hosted page. */
  open(session: Session): void {
    if (session.status === 'Not Started' || session.status === 'Resubmitted') this.change(session, 'In Progress', session.ending);
  }

  /** Ends a session as the scenario says. False where it is over already, or deleted. */
  finish(session: Session, ending: Ending): boolean {
    if (session.deleted || !OPEN.has(session.status)) return false;
    if (ending.status === 'Approved' && session.vendorData !== null) this.enrol(session.vendorData);
    this.change(session, ending.status, ending);
    return true;
  }

  /** A reviewer's or the API's decision about a session, which may overturn an earlier one. */
  review(session: Session, status: string, comment: string | null, nowMs: number): void {
    session.reviews.push({ user: 'API Client', new_status: status, comment, created_at: new Date(nowMs).toISOString() });
    this.change(session, status, status === 'Resubmitted' ? null : session.ending);
  }

  /** The latest webhook of a session once more: same event, fresh time and signature. False where it never had one. */
  resend(session: Session): boolean {
    const webhook = this.lastWebhook.get(session);
    if (webhook === undefined) return false;
    this.send(webhook);
    return true;
  }

  /** What the console sends to try a destination: marked, and without an event id. */
  sendTest(nowMs: number): void {
    const sample = { session_id: '00000000-0000-4000-8000-000000000000', status: 'Approved', metadata: null, vendor_data: null };
    this.deliveries.deliver(newWebhook({ ...this.envelope('status.updated', nowMs), ...sample }), this.defaults, this.dice, true);
  }

  decision(session: Session): JsonObject {
    return decisionBody(session, shownMetadata(session.metadata, this.faults), this.identity, this.publicUrl);
  }

  block(vendorData: string, blocked: boolean): void {
    if (!blocked) this.blocked.delete(vendorData);
    else if (this.blocked.size < BLOCKED_MAX) this.blocked.add(vendorData);
  }

  isBlocked = (vendorData: string): boolean => this.blocked.has(vendorData);

  hasStoredFace(vendorData: string): boolean {
    return this.defaults.faces === 'everyone' || this.enrolled.has(vendorData);
  }

  setFaults(faults: Faults): void {
    this.faults = faults;
    this.dice = new Dice(faults.seed);
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private enrol(vendorData: string): void {
    if (this.enrolled.size < ENROLLED_MAX) this.enrolled.add(vendorData);
  }

  private finishLater(session: Session, scenario: string): void {
    const ending = endingOf(scenario);
    if (ending === undefined) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.finish(session, ending);
    }, this.defaults.afterMs);
    this.timers.add(timer);
  }

  private change(session: Session, status: string, ending: Ending | null): void {
    session.status = status;
    session.ending = ending;
    const webhook = newWebhook({
      ...this.envelope('status.updated', Date.now()),
      session_id: session.id,
      status,
      vendor_data: session.vendorData,
      metadata: shownMetadata(session.metadata, this.faults),
      ...(WITH_DECISION.has(status) ? { decision: this.decision(session) } : {}),
      ...(status === 'Resubmitted' ? { resubmit_info: RESUBMIT_INFO } : {}),
    });
    this.lastWebhook.set(session, webhook);
    this.send(webhook);
  }

  private send(webhook: WebhookContent): void {
    this.deliveries.deliver(webhook, this.defaults, this.dice);
  }

  private envelope(type: string, nowMs: number): JsonObject {
    return {
      webhook_type: type,
      created_at: Math.floor(nowMs / 1000),
      application_id: this.identity.applicationId,
      environment: this.identity.environment,
      workflow_id: this.identity.workflowId,
      workflow_version: this.identity.workflowVersion,
    };
  }
}
