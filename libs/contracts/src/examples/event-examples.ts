import type { EventBodies } from '../events/bodies';

const AUTHENTICATION = 'auth-2026-000142';
const GATEWAY = 'demo';
const SESSION = '7c1e2d3f-4a5b-4c6d-8e9f-0a1b2c3d4e5f';
const POLICY = { id: 'default', version: 3 };
const PAYER = { id: 'user-42', instrumentId: 'card-7', locale: 'en' };
const PAYMENT = {
  amount: '247.50',
  currency: 'EUR',
  payee: { account: 'ES9121000418450200051332', name: 'Example Shop S.L.' },
  kind: 'single' as const,
  reference: 'Invoice 2026-1142',
};
const CODE_ID = '01937a10-2f6e-7c11-9a55-0b1c2d3e4f50';
const HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const HASH_BASE64 = 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=';

/** One valid body of each event: one payment of EUR 247.50, followed through. In the schemas, the AsyncAPI document, and for tests. */
export const EVENT_EXAMPLES: { readonly [Type in keyof EventBodies]: EventBodies[Type] } = {
  'sca.requested.v1': {
    authenticationId: AUTHENTICATION,
    action: 'payment',
    payer: PAYER,
    payment: PAYMENT,
    facts: {
      instrument: 'card',
      channel: 'remote',
      initiator: 'payer',
      payerPsp: 'EEA',
      payeePsp: 'EEA',
      monitoring: { available: true },
      risk: {
        flags: {
          abnormalSpending: false,
          unusualDevice: false,
          malware: null,
          knownFraudScenario: false,
          abnormalPayerLocation: false,
          highRiskPayeeLocation: false,
        },
        score: 12,
      },
    },
    exemptions: 'ANY',
    returnUrl: 'https://shop.example/checkout/return',
    timeToLiveSeconds: 300,
    reviewSeconds: 0,
  },
  'sca.decided.v1': {
    authenticationId: AUTHENTICATION,
    gatewayId: GATEWAY,
    requestHash: HASH,
    decision: 'SCA_REQUIRED',
    exemption: null,
    reasons: ['AMOUNT_OVER_LIMIT'],
    rules: [{ rule: 'EX16', passed: false, reasons: ['AMOUNT_OVER_LIMIT'], evidence: { amount: '247.50', limit: '30.00', currency: 'EUR' } }],
    profile: 'EU',
    policy: POLICY,
    stepUp: null,
    request: {
      action: 'payment',
      payer: PAYER,
      payment: PAYMENT,
      description: null,
      returnUrl: 'https://shop.example/checkout/return',
      reviewSeconds: 0,
      requestedAt: '2026-11-24T10:00:00.000Z',
      expiresAt: '2026-11-24T10:05:00.000Z',
    },
    decidedAt: '2026-11-24T10:00:00.012Z',
  },
  'sca.session.v1': {
    authenticationId: AUTHENTICATION,
    gatewayId: GATEWAY,
    attempt: 1,
    status: 'Not Started',
    approvalUrl: 'https://approve.example/approve/9Xk2',
    vendorSessionId: null,
    expiresAt: '2026-11-24T10:05:00.000Z',
    occurredAt: '2026-11-24T10:00:00.020Z',
  },
  'sca.verdict.v1': {
    authenticationId: AUTHENTICATION,
    gatewayId: GATEWAY,
    action: 'payment',
    outcome: 'APPROVED',
    mayProceed: true,
    validUntil: '2026-11-24T10:11:02.000Z',
    assurance: 'SCA',
    reasons: ['AUTHENTICATED'],
    exemption: null,
    policy: POLICY,
    factors: [
      { category: 'INHERENCE', method: 'face', provenAt: '2026-11-24T10:01:01.500Z' },
      { category: 'POSSESSION', method: 'passkey', provenAt: '2026-11-24T10:00:41.000Z' },
    ],
    authenticationCode: 'eyJhbGciOiJFZERTQSJ9.eyJ0eG4iOiJhdXRoLTIwMjYtMDAwMTQyIn0.c2lnbmF0dXJl',
    payment: PAYMENT,
    decidedAt: '2026-11-24T10:01:02.000Z',
  },
  'sca.revoked.v1': {
    authenticationId: AUTHENTICATION,
    gatewayId: GATEWAY,
    codeId: CODE_ID,
    reason: 'VENDOR_OVERTURNED',
    alreadyRedeemed: true,
    revokedAt: '2026-11-24T11:30:00.000Z',
  },
  'sca.redeemed.v1': {
    authenticationId: AUTHENTICATION,
    gatewayId: GATEWAY,
    codeId: CODE_ID,
    redemptionId: 'order-1142-capture-1',
    amount: '247.50',
    currency: 'EUR',
    redeemedAt: '2026-11-24T10:01:03.000Z',
  },
  'sca.evidence.v1': {
    authenticationId: AUTHENTICATION,
    gatewayId: GATEWAY,
    kind: 'PAYER_CONFIRMED',
    occurredAt: '2026-11-24T10:00:40.000Z',
    data: { shownSha256: HASH, attempt: 1 },
  },
  'compliance.event.v1': {
    namespace: GATEWAY,
    kind: 'POLICY_PUBLISHED',
    occurredAt: '2026-11-24T09:00:00.000Z',
    data: { policy: POLICY, previous: { id: 'default', version: 2 } },
  },
  'didit.event.v1': {
    eventId: '4b1d6f5a-9f61-4d0b-8f3c-2a9b6f7d1c55',
    webhookType: 'status.updated',
    vendorSessionId: SESSION,
    status: 'Approved',
    environment: 'sandbox',
    applicationId: 'a1b2c3d4-0000-4000-8000-000000000002',
    workflowId: 'd1c2b3a4-0000-4000-8000-000000000001',
    createdAt: '2026-11-24T10:01:01.000Z',
    dispatchedAt: '2026-11-24T10:01:01.000Z',
    receivedAt: '2026-11-24T10:01:01.640Z',
    receiptId: '81723',
    bodySha256: HASH,
    verifiedBy: 'X-Signature',
  },
  'payment.outcome.v1': {
    outcomeId: 'order-1142-executed',
    authenticationId: AUTHENTICATION,
    instrumentId: 'card-7',
    payerId: 'user-42',
    kind: 'EXECUTED',
    amount: '247.50',
    currency: 'EUR',
    occurredAt: '2026-11-24T10:01:04.000Z',
    facts: null,
    fraud: null,
  },
  'audit.entry.v1': {
    logId: 'assent-1',
    index: 4711,
    leafHash: HASH_BASE64,
    leaf:
      '{"authentication":"auth-2026-000142","commitment":"n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=","gateway":"demo",' +
      '"id":"01937a10-2f6e-7c11-9a55-0b1c2d3e4f51","source":"/services/auth-session","subjectRef":"q7Jk0cPZ5gR3wYb1nM8tVA",' +
      '"time":"2026-11-24T10:01:02.000Z","type":"sca.verdict.v1","v":1}',
    recordedAt: '2026-11-24T10:01:02.410Z',
  },
  'audit.checkpoint.v1': {
    logId: 'assent-1',
    size: 4712,
    rootHash: HASH_BASE64,
    note: 'assent.example/log/1\n4712\nn4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=\n\n— assent.example/log/1 c2lnbmF0dXJl\n',
  },
};

/** The key of the message that carries the example. */
export const EXAMPLE_KEYS: Readonly<Record<keyof EventBodies, string>> = {
  'sca.requested.v1': `${GATEWAY}:${AUTHENTICATION}`,
  'sca.decided.v1': `${GATEWAY}:${AUTHENTICATION}`,
  'sca.session.v1': `${GATEWAY}:${AUTHENTICATION}`,
  'sca.verdict.v1': `${GATEWAY}:${AUTHENTICATION}`,
  'sca.revoked.v1': `${GATEWAY}:${AUTHENTICATION}`,
  'sca.redeemed.v1': `${GATEWAY}:${AUTHENTICATION}`,
  'sca.evidence.v1': `${GATEWAY}:${AUTHENTICATION}`,
  'compliance.event.v1': GATEWAY,
  'didit.event.v1': SESSION,
  'payment.outcome.v1': `${GATEWAY}:card-7`,
  'audit.entry.v1': 'assent-1',
  'audit.checkpoint.v1': 'assent-1',
};
