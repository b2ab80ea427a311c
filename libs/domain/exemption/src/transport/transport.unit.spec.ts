import fc from 'fast-check';
import type { Decision } from '../evaluate';
import { UNKNOWN_FACTS, type Facts } from '../facts';
import { EXEMPTION_IDS } from '../rule';
import { liability, liabilityOf } from '../liability/liability';
import { challengeIndicator, challengeIndicatorField, threeDsVersionOf } from './challenge-indicator';
import { providerFields } from './provider-fields';
import { authorisationField } from './scheme-fields';
import { isSoftDecline, softDeclineAction } from './soft-decline';
import { transportOf } from './transport-of-decision';

const decided = (decision: Decision['decision'], exemption: Decision['exemption'] = null, reasons: Decision['reasons'] = []): Decision => ({ decision, exemption, reasons, rules: [] });
const facts: Facts = { ...UNKNOWN_FACTS, channel: 'remote', applicant: 'payer_psp' };

describe('the challenge indicator', () => {
  test.each([
    ['EX18', '02', '05', '05'],
    ['EX13', '02', '08', '08'],
    ['EX16', '02', '02', '10'],
    ['EX17', '02', '02', '11'],
    ['EX14', '02', '02', '02'],
  ] as const)('%s on 2.1, 2.2 and 2.3.1', (rule, first, second, third) => {
    const wish = { kind: 'EXEMPTION', rule } as const;
    expect([challengeIndicator(wish, '2.1.0'), challengeIndicator(wish, '2.2.0'), challengeIndicatorField(wish, '2.3.1')]).toEqual([first, second, [third]]);
  });

  test.each([
    [{ kind: 'DELEGATED' }, '02', '07'],
    [{ kind: 'DATA_SHARE' }, '02', '06'],
    [{ kind: 'OFFER_TRUST_LIST' }, '03', '09'],
    [{ kind: 'MANDATED' }, '04', '04'],
    [{ kind: 'WANTED' }, '03', '03'],
    [{ kind: 'NO_PREFERENCE' }, '01', '01'],
  ] as const)('%j on 2.1 and 2.2', (wish, first, second) => {
    expect([challengeIndicator(wish, '2.1.0'), challengeIndicator(wish, '2.2.0')]).toEqual([first, second]);
  });

  test.each([
    ['2.1', '2.1.0'],
    ['2.2.0', '2.2.0'],
    ['2.3.1.1', '2.3.1'],
    ['1.0.2', null],
    ['2.10', null],
    ['', null],
  ])('the version "%s" is %s', (written, version) => expect(threeDsVersionOf(written)).toBe(version));
});

describe('a decision in the fields of messages', () => {
  test('authentication that is due is mandated, and marked as no exemption', () => {
    expect(transportOf(decided('SCA_REQUIRED'), facts, null)).toEqual({
      emv3ds: { '2.1.0': '04', '2.2.0': '04', '2.3.1': ['04'] },
      iso20022: {},
      mastercard: {},
      visa: {},
      softDecline: null,
    });
  });

  test('what the payee initiates is marked in the authorisation and asks for no challenge', () => {
    expect(transportOf(decided('OUT_OF_SCOPE', null, ['PAYEE_INITIATED']), facts, null)).toMatchObject({
      emv3ds: null,
      iso20022: { AuthntcnXmptn: 'MINT' },
      mastercard: { 'DE48.SE22.SF01': '01' },
      visa: {},
    });
    expect(transportOf(decided('OUT_OF_SCOPE', null, ['MOTO']), facts, null)?.iso20022).toEqual({});
  });

  test('a transfer, a log-in and a payment at a terminal ask nothing of 3-D Secure', () => {
    expect(transportOf(decided('EXEMPT', 'EX15'), { ...facts, instrument: 'credit_transfer' }, null)).toBeNull();
    expect(transportOf(decided('SCA_REQUIRED'), { ...facts, action: 'login' }, null)).toBeNull();
    expect(transportOf(decided('EXEMPT', 'EX11'), { ...facts, channel: 'contactless_pos' }, null)).toMatchObject({ emv3ds: null, iso20022: {} });
    expect(transportOf(decided('EXEMPT', 'EX12'), { ...facts, channel: 'contact_pos' }, null)).toMatchObject({ iso20022: { AuthntcnXmptn: 'PKGE' } });
  });

  test('only an exemption ever says that no challenge is wanted', () => {
    const kinds = fc.constantFrom('SCA_REQUIRED', 'SCA_BEST_EFFORT', 'OUT_OF_SCOPE', 'SCA_PROHIBITED', 'SCA_PERMITTED' as const);
    fc.assert(
      fc.property(kinds, fc.constantFrom(...EXEMPTION_IDS, null), (kind, exemption) => {
        const emv3ds = transportOf(decided(kind, exemption), facts, null)?.emv3ds;
        expect(Object.values(emv3ds ?? {}).flat().every((value) => value === '03' || value === '04')).toBe(true);
      }),
    );
  });

  test.each([
    ['visa', 'EX16', { 'F34.4A.87': '1' }],
    ['cybersource', 'EX18', { 'strongAuthentication.riskAnalysisExemptionIndicator': '1' }],
    ['thredd', 'OUTAGE', { authenticationExemption: 'O' }],
    ['mastercard', 'EX13', {}],
    ['visa', 'MIT', {}],
  ] as const)('%s for %s', (format, mark, expected) => expect(authorisationField(format, mark)).toEqual(expected));

  const question = { rule: null, payeeInitiated: false, delegated: false, decision: null, previousPaymentId: null };
  test.each([
    ['adyen', { rule: 'EX16' }, { 'additionalData.scaExemption': 'lowValue' }],
    ['adyen', { rule: 'EX14' }, {}],
    ['checkout', { payeeInitiated: true }, { '3ds.exemption': 'out_of_sca_scope' }],
    ['checkout', { delegated: true }, { '3ds.exemption': 'sca_delegation' }],
    ['worldpay', { rule: 'EX18' }, { 'exemption.type': 'lowRisk' }],
    ['stripe', { rule: 'EX16' }, {}],
    ['ob-uk', { rule: 'EX14' }, {}],
    ['berlin-group', { decision: 'SCA_REQUIRED' }, {}],
  ] as const)('%s %j', (format, asked, expected) => expect(providerFields(format, { ...question, ...asked })).toEqual(expected));
});

describe('after a soft decline', () => {
  const ask = { scheme: 'mastercard', responseCode: '65', initiator: 'payer', alreadyAuthenticated: false } as const;
  test.each([
    [{}, 'RETRY_WITH_CHALLENGE'],
    [{ scheme: null }, 'RETRY_WITH_CHALLENGE'],
    [{ scheme: 'visa', responseCode: '70' }, 'RETRY_WITH_PIN'],
    [{ scheme: 'computop', responseCode: '22061542' }, 'RETRY_WITH_CHALLENGE'],
    [{ scheme: 'mastercard', responseCode: '05' }, 'TREAT_AS_HARD_DECLINE'],
    [{ scheme: 'mastercard', responseCode: '1A' }, 'TREAT_AS_HARD_DECLINE'],
    [{ scheme: 'toString', responseCode: '65' }, 'TREAT_AS_HARD_DECLINE'],
    [{ initiator: 'payee' }, 'DO_NOT_RETRY_CONTACT_PAYER'],
    [{ initiator: 'payee', alreadyAuthenticated: true }, 'TREAT_AS_HARD_DECLINE'],
    [{ initiator: null }, 'RETRY_WITH_CHALLENGE'],
  ] as const)('%j: %s', (change, action) => expect(softDeclineAction({ ...ask, ...change })).toBe(action));

  test('no code is retried after full authentication', () => {
    fc.assert(fc.property(fc.string(), fc.constantFrom('visa', null), (responseCode, scheme) => {
      expect(softDeclineAction({ ...ask, scheme, responseCode, alreadyAuthenticated: true })).toBe('TREAT_AS_HARD_DECLINE');
    }));
    expect(isSoftDecline(null, '0366')).toBe(true);
  });
});

describe('who bears the loss', () => {
  test.each([
    [{ payerFraud: true, scaApplied: false, exemptionBy: 'payee_psp' }, { payerLoss: 'all', refundsPayer: null, reimbursesPayerPsp: null }],
    [{ payerFraud: false, scaApplied: false, exemptionBy: 'payee' }, { payerLoss: false, refundsPayer: 'payer_psp', reimbursesPayerPsp: 'payee' }],
    [{ payerFraud: false, scaApplied: false, exemptionBy: null }, { payerLoss: false, refundsPayer: 'payer_psp', reimbursesPayerPsp: null }],
  ] as const)('%j', (asked, expected) => expect(liability(asked)).toEqual(expected));

  test.each([
    ['EXEMPT', 'payer_psp', 'payer_psp', null, false],
    ['EXEMPT', 'payee_psp', 'payee_psp', 'payee_psp', false],
    ['SCA_REQUIRED', 'payer_psp', null, null, 'up_to_national_cap_or_gross_negligence'],
    ['OUT_OF_SCOPE', 'payer_psp', null, null, false],
    ['SCA_BEST_EFFORT', 'payer_psp', null, null, false],
  ] as const)('%s by %s', (decision, applicant, exemptionBy, reimbursesPayerPsp, payerLoss) => {
    expect(liabilityOf(decided(decision), { ...facts, applicant })).toEqual({ exemptionBy, payerLoss, refundsPayer: 'payer_psp', reimbursesPayerPsp });
  });

  test('a log-in has no loss', () => expect(liabilityOf(decided('SCA_REQUIRED'), { ...facts, action: 'login' })).toBeNull());
});
