import { Nullable, OneOf, Sha256Hex, Text, Timestamp } from '../fields';

export const WEBHOOK_SIGNATURES = ['X-Signature', 'X-Signature-V2'] as const;
export type WebhookSignature = (typeof WEBHOOK_SIGNATURES)[number];

/** One verified webhook. Nothing from the decision: auth-session fetches that itself. */
export class DiditEventV1 {
  @Text("The vendor's id of the event, the same on each delivery.", { max: 128 })
  eventId!: string;

  @Text('For example status.updated.', { max: 64 })
  webhookType!: string;

  @Text('The vendor session.', { max: 128 })
  vendorSessionId!: string;

  @Nullable()
  @Text("The session's status in the vendor's exact case; null where the webhook carries none.", { max: 64 })
  status!: string | null;

  @Nullable()
  @Text('live or sandbox; null where the webhook carries none.', { max: 32 })
  environment!: string | null;

  @Nullable()
  @Text('The application; null where the webhook carries none.', { max: 128 })
  applicationId!: string | null;

  @Nullable()
  @Text('The workflow; null where the webhook carries none.', { max: 128 })
  workflowId!: string | null;

  @Nullable()
  @Timestamp('When the event happened at the vendor; null where the webhook carries none.')
  createdAt!: string | null;

  @Timestamp('When the vendor sent this delivery: the signed timestamp.')
  dispatchedAt!: string;

  @Timestamp('When it was stored here.')
  receivedAt!: string;

  @Text('Row of the stored bytes.', { max: 64 })
  receiptId!: string;

  @Sha256Hex('SHA-256 (hex) of the stored bytes.')
  bodySha256!: string;

  @OneOf('Which signature was checked.', WEBHOOK_SIGNATURES)
  verifiedBy!: WebhookSignature;
}
