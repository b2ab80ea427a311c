/** The request as gateways send it to every variant (interface section 1), as far as the peers read it. */
export interface Requested {
  readonly authenticationId: string;
  readonly action: string;
  readonly payer: { readonly id: string; readonly instrumentId: string };
  readonly payment: { readonly amount: string; readonly currency: string; readonly payee: { readonly account: string; readonly name: string }; readonly reference: string };
}

export interface Decided {
  readonly authenticationId: string;
  readonly gatewayId: string;
  readonly decision: 'EXEMPT' | 'SCA_REQUIRED';
  readonly exemption: string | null;
  readonly reasons: readonly string[];
  readonly policy: { readonly id: string; readonly version: string };
  readonly request: Requested;
  readonly decidedAt: string;
}

export interface Waiting {
  readonly authenticationId: string;
  readonly gatewayId: string;
  readonly attempt: number;
  readonly status: string;
  readonly approvalUrl: string;
  readonly expiresAt: string;
}

export interface VendorEvent {
  readonly eventId: string;
  readonly webhookType: string;
  readonly vendorSessionId: string;
  readonly status: string;
  readonly createdAt: number;
  readonly receivedAt: string;
  readonly bodySha256: string;
  readonly verifiedBy: string;
}

export interface Verdict {
  readonly authenticationId: string;
  readonly gatewayId: string;
  readonly action: string;
  readonly outcome: 'APPROVED' | 'DECLINED' | 'EXEMPT';
  readonly mayProceed: boolean;
  readonly reasons: readonly string[];
  readonly payment: Requested['payment'];
  readonly decidedAt: string;
}

const GATEWAY = 'demo';
const TIME_TO_LIVE_MS = 300_000;
/** Below it a payment is exempt, in the peers without counters. */
const LOW_VALUE = 30;

const now = (): string => new Date().toISOString();

export function decide(request: Requested): Decided {
  const exempt = Number(request.payment.amount) <= LOW_VALUE;
  const { authenticationId, action, payer, payment } = request;
  return {
    authenticationId,
    gatewayId: GATEWAY,
    decision: exempt ? 'EXEMPT' : 'SCA_REQUIRED',
    exemption: exempt ? 'low-value' : null,
    reasons: exempt ? ['LOW_VALUE'] : ['LOW_VALUE_EXCEEDED', 'TRA_RATE_UNKNOWN'],
    policy: { id: 'default', version: '2026-11-01' },
    request: { authenticationId, action, payer, payment },
    decidedAt: now(),
  };
}

export const waiting = (decided: Decided, origin: string): Waiting => ({
  authenticationId: decided.authenticationId,
  gatewayId: decided.gatewayId,
  attempt: 0,
  status: 'Not Started',
  approvalUrl: `${origin}/approve/${decided.authenticationId}`,
  expiresAt: new Date(Date.now() + TIME_TO_LIVE_MS).toISOString(),
});

export function verdictOf({ authenticationId, gatewayId, request }: Decided, outcome: Verdict['outcome']): Verdict {
  const reasons = { APPROVED: 'AUTHENTICATED', EXEMPT: 'EXEMPTED', DECLINED: 'AUTHENTICATION_FAILED' }[outcome];
  return { authenticationId, gatewayId, action: request.action, outcome, mayProceed: outcome !== 'DECLINED', reasons: [reasons], payment: request.payment, decidedAt: now() };
}

/** What is sent to the vendor's create call. */
export const createBody = ({ authenticationId, request: { payer, payment } }: Decided, workflowId: string, callback: string): object => ({
  workflow_id: workflowId,
  vendor_data: `${GATEWAY}/${payer.id}`,
  callback,
  metadata: { authentication_id: authenticationId, amount: payment.amount, currency: payment.currency, payee_name: payment.payee.name, payee_account: payment.payee.account, reference: payment.reference },
});
