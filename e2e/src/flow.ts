import type { StackHandle } from '@assent/infra';
import { payment, paymentOf, TestGateway } from './gateway';
import { confirm } from './payer';
import { Sandbox } from './sandbox';
import { type Seen, TopicReader } from './topic-reader';

const TOPICS = ['sca.requested', 'sca.decided', 'sca.session', 'sca.verdict', 'sca.evidence', 'sca.redeemed', 'sca.revoked', 'didit.event', 'audit.entry', 'sca.requested.dlq', 'didit.event.dlq', 'sca.decided.dlq'];

export type Body = Record<string, unknown>;

/** Everybody around the stack: a gateway, a payer, the vendor, and somebody who reads all topics. */
export class Flow {
  private constructor(
    readonly stack: StackHandle,
    readonly gateway: TestGateway,
    readonly sandbox: Sandbox,
    readonly topics: TopicReader,
  ) {}

  static async open(stack: StackHandle): Promise<Flow> {
    const topics = await TopicReader.open(stack.stack.kafka.brokers, TOPICS, 'e2e-reader');
    const gateway = await TestGateway.open(() => stack.stack);
    const sandbox = new Sandbox(() => stack.stack);
    await sandbox.calm();
    return new Flow(stack, gateway, sandbox, topics);
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await this.topics.close();
    await this.stack.stop();
  }

  /** Publishes a request over Kafka and gives back its id. */
  async publish(body: Body): Promise<string> {
    await this.gateway.publish(body);
    return String(body['authenticationId']);
  }

  async approvalUrl(authenticationId: string): Promise<string> {
    const session = await this.topics.next('sca.session', authenticationId, ({ body }) => typeof body?.['approvalUrl'] === 'string');
    return String(session.body?.['approvalUrl']);
  }

  /** Opens the payer's page, confirms it, and gives back the vendor's session. */
  async confirmed(authenticationId: string): Promise<{ vendorSessionId: string; hostedUrl: string; approvalUrl: string }> {
    const approvalUrl = await this.approvalUrl(authenticationId);
    const hostedUrl = await confirm(approvalUrl);
    const opened = await this.topics.next('sca.session', authenticationId, ({ body }) => typeof body?.['vendorSessionId'] === 'string');
    return { vendorSessionId: String(opened.body?.['vendorSessionId']), hostedUrl, approvalUrl };
  }

  async verdict(authenticationId: string, timeoutMs?: number): Promise<Body> {
    const message = await this.topics.next('sca.verdict', authenticationId, () => true, timeoutMs);
    return message.body ?? {};
  }

  /** The whole way of a payment that the payer approves. */
  async approved(body: Body): Promise<Body> {
    const id = await this.publish(body);
    const { vendorSessionId } = await this.confirmed(id);
    await this.sandbox.finish(vendorSessionId);
    return this.verdict(id);
  }

  verdicts(authenticationId: string): Seen[] {
    return this.topics.about('sca.verdict', authenticationId);
  }

  evidence(authenticationId: string): string[] {
    return this.topics.about('sca.evidence', authenticationId).map(({ body }) => String(body?.['kind']));
  }

  /**
   * Sends one more payment through and waits for its verdict: whatever was under way before it on the same services has been worked on
   * by then, so that "nothing happened" can be looked for without sleeping.
   */
  async settle(): Promise<void> {
    for (let i = 0; i < 2; i++) await this.verdict(await this.publish(payment(paymentOf('1.00'))));
  }
}
