import { randomBytes, randomUUID } from 'node:crypto';
import { uuidv7 } from '@assent/kernel';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { z } from 'zod';
import { approvalForm } from './approval-form';
import { EventWatcher, type SeenEvent } from './event-watcher';
import { type LedgerProof, proveEntry } from './ledger-proof';
import { type StackAddresses } from './stack-addresses';
import { type Step } from './timeline';

const EVENT_WITHIN_MS = 60_000;
const AMOUNT = { amount: '247.50', currency: 'EUR' } as const;
const PAYEE = { account: 'ES9121000418450200051332', name: 'Example Shop S.L.' } as const;

export interface DemoResult {
  readonly authenticationId: string;
  /** Approved, redeemed, and proven to be in the ledger. */
  readonly ok: boolean;
  readonly request: Readonly<Record<string, unknown>>;
  readonly events: readonly (Omit<SeenEvent, 'seenAt'> & { readonly atMs: number })[];
  readonly verdict: Readonly<Record<string, unknown>>;
  readonly redemption: unknown;
  readonly proof: LedgerProof | null;
  readonly timings: readonly Step[];
}

const entrySchema = z.object({ logId: z.string(), index: z.number().int(), leaf: z.string() });
const leafSchema = z.object({ type: z.string(), id: z.string() });

/** One payment of EUR 247.50, sent and answered as a gateway, a payer and an auditor would: over Kafka and HTTP, knowing nothing of the inside. */
export async function payOnce(stack: StackAddresses, onStep: (step: Step) => void = () => undefined): Promise<DemoResult> {
  const watcher = await EventWatcher.open(stack.kafka.brokers, () => performance.now());
  try {
    return await new DemoPayment(stack, watcher, onStep).run();
  } finally {
    await watcher.close();
  }
}

class DemoPayment {
  private readonly authenticationId = `demo-${randomBytes(9).toString('base64url')}`;
  private readonly key: string;
  private readonly steps: Step[] = [];
  private sentAt = 0;

  constructor(
    private readonly stack: StackAddresses,
    private readonly watcher: EventWatcher,
    private readonly onStep: (step: Step) => void,
  ) {
    this.key = `${stack.gateway.id}:${this.authenticationId}`;
  }

  async run(): Promise<DemoResult> {
    const request = this.request();
    const id = await this.publish(request);
    const decided = await this.event('sca.decided', () => true);
    this.step('sca.decided', `${text(decided.body['decision'])} ${list(decided.body['reasons'])}`, decided.seenAt);
    const vendorSessionId = await this.approve();
    await this.finishHostedCheck(vendorSessionId);
    const webhook = await this.watcher.first('didit.event', ({ body }) => body['vendorSessionId'] === vendorSessionId && body['status'] === 'Approved', EVENT_WITHIN_MS);
    this.step('didit.event', 'signed webhook, verified and stored', webhook.seenAt);
    const verdict = await this.event('sca.verdict', () => true);
    this.step('sca.verdict', `${text(verdict.body['outcome'])} ${list(verdict.body['reasons'])}`, verdict.seenAt);
    const approved = verdict.body['outcome'] === 'APPROVED' && typeof verdict.body['authenticationCode'] === 'string';
    const redemption = approved ? await this.redeem(String(verdict.body['authenticationCode'])) : null;
    const proof = await this.prove(verdict.headers['ce_id'] ?? '');
    return {
      authenticationId: this.authenticationId,
      ok: approved && redemption !== null && proof.verified,
      request,
      events: this.ownEvents(id),
      verdict: verdict.body,
      redemption,
      proof,
      timings: this.steps,
    };
  }

  private request(): Record<string, unknown> {
    return {
      authenticationId: this.authenticationId,
      action: 'payment',
      payer: { id: `payer-${randomBytes(6).toString('hex')}`, instrumentId: `card-${randomBytes(6).toString('hex')}`, locale: 'en' },
      payment: { ...AMOUNT, payee: PAYEE, reference: 'Order 1142' },
      returnUrl: 'https://shop.example/orders/1142',
    };
  }

  private async publish(request: Readonly<Record<string, unknown>>): Promise<string> {
    const kafka = new Kafka({ clientId: `gateway-${this.stack.gateway.id}`, brokers: this.stack.kafka.brokers, logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
    await producer.connect();
    const id = uuidv7(Date.now(), randomBytes(10));
    const headers = {
      ce_specversion: '1.0',
      ce_id: id,
      ce_source: `/gateways/${this.stack.gateway.id}`,
      ce_type: 'sca.requested.v1',
      ce_subject: this.authenticationId,
      ce_time: new Date().toISOString(),
      'content-type': 'application/json',
    };
    this.sentAt = performance.now();
    this.step('sca.requested', `EUR 247.50 to ${PAYEE.account}`, this.sentAt);
    await producer.send({ topic: 'sca.requested', acks: -1, messages: [{ key: this.key, value: JSON.stringify(request), headers }] });
    await producer.disconnect();
    return id;
  }

  /** As the payer's browser: opens the page, presses its button, follows to the hosted check. Returns the vendor's session. */
  private async approve(): Promise<string> {
    const waiting = await this.event('sca.session', ({ body }) => typeof body['approvalUrl'] === 'string');
    const approvalUrl = text(waiting.body['approvalUrl']);
    this.step('sca.session', 'approval page is ready', waiting.seenAt);
    const page = await fetch(approvalUrl);
    const form = approvalForm(await page.text(), approvalUrl, '/confirm');
    if (form === null) throw new Error(`the approval page (${page.status}) has no form to confirm`);
    this.step('approval page', 'shows amount and payee');
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(approvalUrl).origin };
    const answer = await fetch(form.url, { method: 'POST', redirect: 'manual', headers, body: form.fields.toString() });
    if (answer.status !== 303) throw new Error(`the confirmation was answered ${answer.status}`);
    this.step('confirmed by the payer', 'on to the hosted check');
    const opened = await this.event('sca.session', ({ body }) => typeof body['vendorSessionId'] === 'string');
    this.step('sca.session', `vendor session is ${text(opened.body['status'])}`, opened.seenAt);
    return text(opened.body['vendorSessionId']);
  }

  private async finishHostedCheck(vendorSessionId: string): Promise<void> {
    const url = `${this.stack.services['didit-sandbox'].url}/sandbox/sessions/${vendorSessionId}/finish`;
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ scenario: 'approve' }) });
    if (!answer.ok) throw new Error(`the stand-in for the vendor answered ${answer.status}`);
    this.step('hosted check', 'face matches (stand-in)');
  }

  private async redeem(authenticationCode: string): Promise<unknown> {
    const answer = await fetch(`${this.stack.services['auth-session'].url}/v1/authentications/${this.authenticationId}/redeem`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.stack.gateway.apiKey}` },
      body: JSON.stringify({ authenticationCode, redemptionId: randomUUID(), ...AMOUNT, payee: PAYEE }),
    });
    const body: unknown = await answer.json();
    if (!answer.ok) throw new Error(`the code was not redeemed (${answer.status}): ${JSON.stringify(body)}`);
    this.step('redeemed', 'the code is good once, for this amount and payee');
    return body;
  }

  private async prove(verdictId: string): Promise<LedgerProof> {
    const recorded = await this.watcher.first('audit.entry', ({ body }) => isLeafOf(body, verdictId), EVENT_WITHIN_MS);
    const entry = entrySchema.parse(recorded.body);
    this.step('audit.entry', `entry ${entry.index} of log ${entry.logId}`, recorded.seenAt);
    const proof = await proveEntry(this.stack.services['audit-ledger'].url, entry);
    this.step('proof', proof.verified ? `entry ${proof.index} is in the signed tree of ${proof.size}` : 'DOES NOT VERIFY');
    return proof;
  }

  private event(topic: 'sca.decided' | 'sca.session' | 'sca.verdict', fits: (event: SeenEvent) => boolean): Promise<SeenEvent> {
    return this.watcher.first(topic, (event) => event.key === this.key && fits(event), EVENT_WITHIN_MS);
  }

  private step(what: string, detail: string, at = performance.now()): void {
    const step: Step = { atMs: Math.round((at - this.sentAt) * 10) / 10, what, detail };
    this.steps.push(step);
    this.onStep(step);
  }

  /** Everything that was said about this payment: on its key, about its vendor session, and the ledger's entries of those. */
  private ownEvents(requestId: string): DemoResult['events'] {
    const about = this.watcher.events.filter(({ key, headers }) => key === this.key || headers['ce_id'] === requestId || headers['correlationid'] === this.authenticationId);
    const sessions = new Set(about.map(({ body }) => body['vendorSessionId']).filter((id) => typeof id === 'string'));
    const own = new Set(this.watcher.events.filter((event) => about.includes(event) || sessions.has(String(event.body['vendorSessionId']))));
    const ids = new Set([...own].map(({ headers }) => headers['ce_id']));
    const entries = this.watcher.events.filter(({ topic, body }) => topic === 'audit.entry' && ids.has(leafOf(body)?.id));
    return [...own, ...entries]
      .sort((a, b) => a.seenAt - b.seenAt)
      .map(({ seenAt, ...event }) => ({ atMs: Math.round((seenAt - this.sentAt) * 10) / 10, ...event }));
  }
}

function leafOf(body: Readonly<Record<string, unknown>>): z.infer<typeof leafSchema> | null {
  const parsed = leafSchema.safeParse(typeof body['leaf'] === 'string' ? JSON.parse(body['leaf']) : null);
  return parsed.success ? parsed.data : null;
}

const isLeafOf = (body: Readonly<Record<string, unknown>>, id: string): boolean => leafOf(body)?.id === id;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): string => (Array.isArray(value) ? value.map(String).join(', ') : '');
