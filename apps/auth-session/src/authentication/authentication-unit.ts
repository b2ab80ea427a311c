import type { OutboundRecord, PolicyRef, ScaRequestedV1 } from '@assent/contracts';
import { authenticationMethods, type Authentication, type AuthenticationEvent, type Command, decide, evolve, type Refusal, UNKNOWN } from '@assent/domain-session';
import { bindingOf, vendorMetadata } from '@assent/domain-linking';
import { invariant, type Result } from '@assent/kernel';
import type { Tx } from '@assent/postgres';
import type { CodeRequest, IssuedCode } from '../codes/authentication-codes';
import { countFailures, forgetFailures, type PayerKey } from '../payers/payer-failures';
import { sessionWritesOf, type SessionInput, writeVendorSessions } from '../vendor/write-vendor-sessions';
import type { AuthenticationIdentity, AuthenticationRecord } from './authentication-record';
import type { Change, Step, WritableChange } from './change';
import type { Locked } from './lock-authentications';
import { messagesOf } from './messages';
import type { UnitServices } from './unit-services';
import { verdictRecord } from './verdict-message';
import { insertAuthentications, updateAuthentications } from './write-authentications';

/** What comes with events and is not in them. */
export interface Circumstances {
  readonly evidence?: Readonly<Record<string, unknown>>;
  readonly causeId?: string | null;
  readonly hostedUrl?: string | null;
  readonly requested?: ScaRequestedV1 | null;
}

/** What a decision adds to a request. */
export interface DecisionFacts {
  readonly exemption: string | null;
  readonly policy: PolicyRef | null;
  readonly causeId: string | null;
  readonly traceparent: string | null;
}

interface Working {
  readonly locked: Locked;
  record: AuthenticationRecord | null;
  readonly steps: Step[];
}

/**
 * Several authentications in one transaction: locked, decided in memory, written with few statements however many they are. What is
 * decided is only told once it is certainly written: `save` first writes, then publishes.
 */
export class AuthenticationUnit {
  private readonly working: Map<string, Working>;

  constructor(
    private readonly tx: Tx,
    locked: ReadonlyMap<string, Locked>,
    private readonly services: UnitServices,
  ) {
    this.working = new Map([...locked].map(([key, row]) => [key, { locked: row, record: row.record, steps: [] }]));
  }

  record(key: string): AuthenticationRecord | null {
    return this.of(key).record;
  }

  state(key: string): Authentication {
    return this.of(key).record?.state ?? UNKNOWN;
  }

  /** The database's time when the row was locked. */
  nowMs(key: string): number {
    return this.of(key).locked.nowMs;
  }

  /** Decides a command on a known authentication and applies what follows. Nothing is written before `save`. */
  run(key: string, command: Command, circumstances: Circumstances = {}): Result<AuthenticationEvent[], Refusal> {
    const result = decide(command, this.state(key));
    if (result.ok) this.apply(key, result.value, circumstances);
    return result;
  }

  /** The same for one that may be new: its first event makes the record. `facts`: what a decision says of it, or where it came from. */
  runOn(identity: AuthenticationIdentity, command: Command, facts: Partial<DecisionFacts>, circumstances: Circumstances = {}): Result<AuthenticationEvent[], Refusal> {
    const working = this.of(identity.key);
    const result = decide(command, this.state(identity.key));
    if (!result.ok) return result;
    const [first, ...more] = result.value;
    if (first === undefined) return result;
    if (working.record === null) {
      const state = evolve(UNKNOWN, first);
      invariant(state.status !== 'UNKNOWN', 'the first event makes an authentication known');
      this.push(working, first, { ...NO_FACTS, ...identity, ...facts, state, version: 0, pageServedCount: 0, verdictRecord: null }, circumstances);
      this.apply(identity.key, more, circumstances);
    } else {
      // The decision's facts belong to a request that waited for it; an answered one keeps what it was answered with.
      if (working.record.state.status === 'PENDING') working.record = { ...working.record, ...facts, traceparent: facts.traceparent ?? working.record.traceparent };
      this.apply(identity.key, result.value, circumstances);
    }
    return result;
  }

  /** What goes to the vendor for an attempt: derived from the record, so that it can be compared with what comes back. */
  sessionInput(record: AuthenticationRecord, attempt: number): SessionInput {
    const { gatewayId, authenticationId, payerId, request } = record;
    const gateway = this.services.gateways.get(gatewayId);
    invariant(gateway, 'an authentication belongs to a known gateway');
    return { vendorData: gateway.vendorData(payerId), metadata: vendorMetadata(bindingOf(request), { gatewayId, authenticationId, attempt }) };
  }

  /** Writes everything, then publishes it. @throws Contended where something changed since the rows were read: begin again */
  async save(): Promise<void> {
    const changes = [...this.working.values()].filter(({ steps }) => steps.length > 0).map((working) => this.changeOf(working));
    if (changes.length === 0) return;
    const codes = await this.issueCodes(changes);
    const outgoing: Outgoing[] = [];
    const writable = changes.map((change) => this.tell(change, codes, outgoing));
    const news = writable.filter(({ before }) => before === null);
    const sessions = sessionWritesOf(changes, (step) => this.sessionInput(step.record, attemptOf(step.record)));
    await Promise.all([insertAuthentications(this.tx, news, this.services.links), updateAuthentications(this.tx, writable.filter(({ before }) => before !== null))]);
    await Promise.all([writeVendorSessions(this.tx, sessions), this.services.tasks.want(this.tx, sessions.deletions)]);
    await this.settlePayers(changes);
    for (const publish of outgoing) await publish();
    this.tx.afterCommit(() => this.services.heralds.verdicts(changes.filter(isVerdict).map(({ after }) => after)));
  }

  private of(key: string): Working {
    const working = this.working.get(key);
    invariant(working, 'an authentication is locked before it is decided on');
    return working;
  }

  private apply(key: string, events: readonly AuthenticationEvent[], circumstances: Circumstances): void {
    const working = this.of(key);
    for (const event of events) {
      invariant(working.record, 'only a known authentication changes');
      const state = evolve(working.record.state, event);
      invariant(state.status !== 'UNKNOWN', 'a known authentication stays known');
      const pageServedCount = working.record.pageServedCount + (event.type === 'PageServed' ? 1 : 0);
      this.push(working, event, { ...working.record, state, pageServedCount }, circumstances);
    }
  }

  private push(working: Working, event: AuthenticationEvent, record: AuthenticationRecord, circumstances: Circumstances): void {
    const { evidence = {}, causeId = null, hostedUrl = null, requested = null } = circumstances;
    working.record = record;
    working.steps.push({ event, record, evidence, causeId, hostedUrl, requested });
  }

  private changeOf({ locked, record, steps }: Working): Change {
    invariant(record, 'a changed authentication is known');
    return { before: locked.record, after: record, steps, nowMs: locked.nowMs };
  }

  private async issueCodes(changes: readonly Change[]): Promise<ReadonlyMap<string, IssuedCode>> {
    const requests = changes.flatMap((change): CodeRequest[] => {
      const verdict = verdictOf(change);
      if (verdict?.outcome !== 'APPROVED' || verdict.assurance === null) return [];
      const { key, authenticationId, gatewayId, payerId, request, state } = change.after;
      const amr = authenticationMethods(verdict.factors, verdict.assurance);
      return [{ key, authenticationId, gatewayId, payerId, binding: bindingOf(request), amr, nowMs: verdict.decidedAtMs, authenticationExpiresMs: state.expiresAtMs }];
    });
    const issued = requests.length === 0 ? [] : await this.services.codes.issue(this.tx, requests);
    return new Map(issued.map((code) => [code.key, code]));
  }

  /** Makes the messages of a change, in the order of its events, each with the next number of its authentication. */
  private tell(change: Change, codes: ReadonlyMap<string, IssuedCode>, outgoing: Outgoing[]): WritableChange {
    const { key, gatewayId, authenticationId, namespace, payerId, traceparent } = change.after;
    const subjectRef = this.services.subjectRefOf(namespace, payerId);
    const approvalUrl = change.after.state.status === 'DECIDED' ? null : this.services.links.urlOf(key);
    let sequence = change.before?.version ?? 0;
    let answer: OutboundRecord | null = change.before?.verdictRecord ?? null;
    for (const { event, record, evidence, causeId, requested } of change.steps) {
      const causationId = causeId ?? change.after.causeId;
      for (const message of messagesOf(event, { record, nowMs: change.nowMs, approvalUrl, evidence, requested })) {
        sequence += 1;
        const counted = { ...message, key, gatewayId, subject: authenticationId, causationId, traceparent, sequence, subjectRef };
        outgoing.push(() => this.tx.publish(counted));
      }
      if (event.type === 'ApprovalOverturned') {
        sequence += 1;
        const stamp = { sequence, subjectRef, causationId };
        outgoing.push(() => this.services.codes.revoke(this.tx, key, 'VENDOR_OVERTURNED', stamp));
      }
      if (event.type === 'VerdictReached') {
        sequence += 1;
        const code = codes.get(key) ?? null;
        invariant((event.verdict.outcome === 'APPROVED') === (code !== null), 'an approval has a code, and nothing else has one');
        answer = verdictRecord({ record, verdict: event.verdict, code }, { topology: this.services.gateways.topology, sequence, subjectRef, causationId });
      }
      if (event.type === 'VerdictReached' || event.type === 'VerdictRepeated') {
        const said = answer;
        invariant(said, 'a verdict that is repeated was said before');
        outgoing.push(() => this.tx.publishRecord(said));
      }
    }
    return { ...change, version: sequence, verdictRecord: answer };
  }

  private async settlePayers(changes: readonly Change[]): Promise<void> {
    const payersOf = (wanted: (change: Change) => boolean): PayerKey[] => changes.filter(wanted).map(({ after }) => after);
    await countFailures(this.tx, payersOf((change) => verdictOf(change)?.payerFailed === true), this.services.blockPolicy);
    await forgetFailures(this.tx, payersOf((change) => verdictOf(change)?.outcome === 'APPROVED'));
  }
}

const NO_FACTS: DecisionFacts = { exemption: null, policy: null, causeId: null, traceparent: null };

/** Publishes one message, or does what publishes it. */
type Outgoing = () => unknown;

const attemptOf = ({ state }: AuthenticationRecord): number => ('attempt' in state ? state.attempt : 0);

function verdictOf({ steps }: Change) {
  const reached = steps.find(({ event }) => event.type === 'VerdictReached')?.event;
  return reached?.type === 'VerdictReached' ? reached.verdict : null;
}

const isVerdict = (change: Change): boolean => verdictOf(change) !== null;
