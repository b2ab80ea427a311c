/** A message as somebody outside saw it, without what no check needs. */
export interface SeenMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly id: string;
  readonly source: string;
  /** Counts up for each key and producer; null where the producer counts nothing. */
  readonly sequence: number | null;
  /** Hash of the value: the same message has the same bytes. */
  readonly valueHash: string;
  readonly body: Readonly<Record<string, unknown>> | null;
}

/** Something the driver sent. */
export interface SentRequest {
  readonly authenticationId: string;
  /** The message that carried it, or null where it went over HTTP. */
  readonly messageId: string | null;
  /** Answers that the plan allows. Empty: it must be refused and get none (poison, a conflict). */
  readonly allowed: readonly string[];
  readonly amount: string;
}

/** A redemption that was answered 200, by its own id. */
export interface Redeemed {
  readonly authenticationId: string;
  readonly redemptionId: string;
}

/** A session as the vendor's own log has it. */
export interface VendorSession {
  readonly vendorSessionId: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly decisionReads: number;
  /** What it said when it was last looked at. */
  readonly status: string;
}

/** Everything that was seen from outside. Nothing in it was asked of a service's database. */
export interface History {
  readonly gatewayId: string;
  readonly accepted: readonly SentRequest[];
  /** Messages that no service may act on. */
  readonly refused: readonly { readonly messageId: string; readonly why: string }[];
  readonly messages: readonly SeenMessage[];
  readonly redeemed: readonly Redeemed[];
  readonly vendorSessions: readonly VendorSession[];
  /** Whether `audit.entry` was read from the log's first leaf on, so that its tree can be built anew. */
  readonly wholeLog: boolean;
}
