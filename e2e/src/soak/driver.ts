import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { openPage, postForm } from '../payer';
import { waitFor } from '../wait-for';
import type { Battlefield } from './battlefield';
import { bodyOf, otherAmountOf, poisonOf } from './bodies';
import type { Redeemed, SentRequest } from './history';
import type { PlannedRequest } from './plan';
import type { Recorder } from './recorder';
import type { SoakGateway } from './soak-gateway';
import { approveStubbornly, confirmOnce } from './stubborn-payer';

/** Longer than the longest request lives and the longest outage lasts. */
const ANSWER_WITHIN_MS = 420_000;
const PAYER_PAUSE_MS = 300;
/** Two payments take each other's check away; a payer who went back and forth as fast as a machine would use up the attempts of both. */
const TORN_PAYER_PAUSE_MS = 2500;

/** Sends what the plan says and plays the payers. Keeps what it sent and what was accepted: its half of the history. */
export class Driver {
  readonly accepted: SentRequest[] = [];
  readonly refused: { messageId: string; why: string }[] = [];
  readonly redeemed: Redeemed[] = [];
  readonly failures: string[] = [];
  readonly payers = new Set<string>();
  private answeredCount = 0;

  constructor(
    private readonly field: Battlefield,
    private readonly gateway: SoakGateway,
    private readonly recorder: Recorder,
  ) {}

  get answered(): number {
    return this.answeredCount;
  }

  /** Plays one request to its end; what stands in the way of that is kept as a failure and thrown at nobody. */
  async play(request: PlannedRequest): Promise<void> {
    try {
      if (request.kind === 'poison') await this.poison(request);
      else await this.payment(request);
    } catch (error) {
      this.failures.push(`${request.authenticationId} (${request.kind}): ${error instanceof Error ? error.message : 'unknown'}`);
    }
    this.answeredCount += 1;
  }

  private async poison(request: PlannedRequest): Promise<void> {
    const message = poisonOf(request, this.gateway.id);
    await this.gateway.publish(message);
    this.refused.push({ messageId: message.id, why: String(request.poison) });
  }

  private async payment(request: PlannedRequest): Promise<void> {
    const { authenticationId, amount } = request;
    const body = bodyOf(request);
    const id = randomUUID();
    const message = { id, key: `${this.gateway.id}:${authenticationId}`, value: JSON.stringify(body) };
    if (request.by === 'rest') await this.gateway.request(body);
    else await this.gateway.publish(message);
    this.accepted.push({ authenticationId, messageId: request.by === 'kafka' ? id : null, allowed: allowedOf(request), amount });
    if (request.kind === 'duplicate') await this.gateway.publish(message);
    if (request.kind === 'conflict') await this.conflict(request);
    this.payers.add(request.payerId);
    await this.payer(request);
    const verdict = await waitFor(`the verdict of ${authenticationId}`, () => this.recorder.verdictOf(authenticationId), ANSWER_WITHIN_MS);
    if (request.kind === 'resend') await this.gateway.publish({ ...message, id: randomUUID() });
    if (verdict['outcome'] === 'APPROVED') await this.redeem(request, String(verdict['authenticationCode']));
  }

  private async conflict(request: PlannedRequest): Promise<void> {
    const id = randomUUID();
    await this.gateway.publish({ id, key: `${this.gateway.id}:${request.authenticationId}`, value: JSON.stringify(otherAmountOf(request)) });
    this.refused.push({ messageId: id, why: 'conflict' });
  }

  private async payer(request: PlannedRequest): Promise<void> {
    const { authenticationId } = request;
    switch (request.kind) {
      case 'approve':
        return this.approve(authenticationId, 'approve');
      case 'pair':
        return this.approve(authenticationId, 'approve', Math.round(TORN_PAYER_PAUSE_MS * (0.5 + Math.random())));
      case 'decline':
        return this.approve(authenticationId, 'decline_liveness_attack');
      case 'twice': {
        const url = await this.approvalUrl(authenticationId);
        if (url !== null) await Promise.allSettled([confirmOnce(url), confirmOnce(url)]);
        return this.approve(authenticationId, 'approve');
      }
      case 'refuse':
        return this.refuse(authenticationId);
      case 'late': {
        const url = await this.approvalUrl(authenticationId);
        await delay(request.timeToLiveSeconds * 1000);
        if (url !== null) await confirmOnce(url).catch(() => undefined);
        return;
      }
      default:
        return;
    }
  }

  private approve(authenticationId: string, scenario: string, pauseMs = PAYER_PAUSE_MS): Promise<void> {
    const finish = async (vendorSessionId: string): Promise<void> => {
      const answer = await fetch(`${this.field.sandboxUrl}/sandbox/sessions/${vendorSessionId}/finish`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ scenario }) });
      await answer.arrayBuffer();
      // 404 and 409: the session is over, and the topics will say what follows.
      if (answer.status >= 500) throw new Error(`answered ${answer.status}`);
    };
    return approveStubbornly(authenticationId, { recorder: this.recorder, finish, pauseMs, giveUpMs: ANSWER_WITHIN_MS });
  }

  private async refuse(authenticationId: string): Promise<void> {
    const url = await this.approvalUrl(authenticationId);
    if (url === null) return;
    const deadline = Date.now() + ANSWER_WITHIN_MS;
    while (this.recorder.verdictOf(authenticationId) === null && Date.now() < deadline) {
      await refuseOnce(url).catch(() => undefined);
      await delay(PAYER_PAUSE_MS);
    }
  }

  /** The payer's link, or null where the answer came without a payer. */
  private async approvalUrl(authenticationId: string): Promise<string | null> {
    const found = await waitFor(
      `the link of ${authenticationId}`,
      () => this.recorder.verdictOf(authenticationId) ?? (typeof this.recorder.sessionOf(authenticationId)?.['approvalUrl'] === 'string' ? this.recorder.sessionOf(authenticationId) : null),
      ANSWER_WITHIN_MS,
    );
    return typeof found['approvalUrl'] === 'string' ? found['approvalUrl'] : null;
  }

  private async redeem(request: PlannedRequest, authenticationCode: string): Promise<void> {
    const { authenticationId, amount } = request;
    const { payee } = bodyOf(request)['payment'] as { payee: { account: string } };
    const callers = Array.from({ length: request.redeemers }, async () => {
      const redemptionId = randomUUID();
      const isAccepted = await this.gateway.redeem(authenticationId, { authenticationCode, redemptionId, amount, currency: 'EUR', payee: { account: payee.account } });
      if (isAccepted) this.redeemed.push({ authenticationId, redemptionId });
    });
    await Promise.all(callers);
  }
}

async function refuseOnce(url: string): Promise<void> {
  const page = await openPage(url, { signal: AbortSignal.timeout(10_000) });
  await (await postForm(url, 'refuse', page.shown)).arrayBuffer();
}

/** In bad weather a request may run out of time; it is never answered otherwise than its payer meant. */
function allowedOf({ kind }: PlannedRequest): readonly string[] {
  switch (kind) {
    case 'approve':
    case 'twice':
    case 'pair':
      return ['APPROVED', 'EXPIRED'];
    case 'decline':
    case 'refuse':
      return ['DECLINED', 'CANCELLED', 'EXPIRED'];
    case 'never':
    case 'late':
      return ['EXPIRED'];
    default:
      // An exemption that is decided after the request's time is over is no exemption.
      return ['EXEMPT', 'EXPIRED'];
  }
}
