import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Facts, UNKNOWN_FACTS } from '../facts';
import { ZERO } from '../fraction';
import defaultPolicyFile from './default-policy.v1.json';
import { assume, decideRequest, type Wish } from './decide-request';
import { DEFAULT_POLICY, parsePolicy, type Policy, policyJsonSchema } from './policy';

const ANY: Wish = { exemptions: 'ANY', retriesSoftDecline: false };
const silent: Facts = {
  ...UNKNOWN_FACTS,
  amount: { minor: 1250n, currency: 'EUR' },
  counters: { lowValue: { amount: ZERO, count: 0 }, contactless: { amount: ZERO, count: 0 } },
};
const { facts } = assume(silent, DEFAULT_POLICY);

describe('the built-in policy', () => {
  test('a gateway that names only the amount gets the low-value exemption', () => {
    expect(decideRequest(facts, DEFAULT_POLICY, ANY)).toMatchObject({ decision: 'EXEMPT', exemption: 'EX16', reasons: ['WITHIN_CONDITIONS'] });
  });

  test.each([
    ['10.00 with monitoring down', { ...facts, monitoringAvailable: false }, ['MONITORING_UNAVAILABLE']],
    ['30.01', { ...facts, amount: { minor: 3001n, currency: 'EUR' } }, ['AMOUNT_OVER_LIMIT']],
    ['247.50', { ...facts, amount: { minor: 24_750n, currency: 'EUR' } }, ['AMOUNT_OVER_LIMIT', 'CUMULATIVE_OVER_LIMIT']],
    ['no rate', { ...facts, amount: { minor: 1000n, currency: 'SEK' } }, ['FX_RATE_MISSING']],
    ['at a terminal', { ...facts, channel: 'contact_pos' as const }, ['WRONG_CHANNEL']],
    ['a log-in', { ...facts, action: 'login' }, ['ACTION_NOT_EXEMPTIBLE']],
    ['access to an account', { ...facts, action: 'account_access' }, ['EXEMPTION_NOT_IN_POLICY']],
  ])('%s needs authentication', (_name, given, reasons) => {
    expect(decideRequest(given, DEFAULT_POLICY, ANY)).toMatchObject({ decision: 'SCA_REQUIRED', exemption: null, reasons });
  });

  test('names what it was not told', () => {
    expect(assume(silent, DEFAULT_POLICY).assumed).toEqual(['channel', 'initiator', 'applicant']);
    expect(assume({ ...silent, channel: 'contact_pos', applicant: 'gateway' }, DEFAULT_POLICY)).toMatchObject({
      assumed: ['initiator'],
      facts: { channel: 'contact_pos', applicant: 'gateway' },
    });
  });
});

describe('the wish of a gateway', () => {
  const wide: Policy = { ...DEFAULT_POLICY, consider: ['EX15', 'EX16'] };
  const asked = (wish: Partial<Wish>, given = facts, policy = wide) => decideRequest(given, policy, { ...ANY, ...wish });

  test.each([
    ['NONE', { exemptions: 'NONE' as const }, 'EXEMPTION_NOT_REQUESTED'],
    ['a rule that the policy does not have', { exemptions: ['EX18' as const] }, 'EXEMPTION_NOT_IN_POLICY'],
    ['a retry after a soft decline', { retriesSoftDecline: true }, 'SOFT_DECLINE_RETRY'],
    ['a retry that asks for an exemption again', { retriesSoftDecline: true, exemptions: ['EX16' as const] }, 'SOFT_DECLINE_RETRY'],
  ])('%s: authentication, and why', (_name, wish, reason) => {
    expect(asked(wish)).toMatchObject({ decision: 'SCA_REQUIRED', reasons: [reason] });
  });

  test('a list is tried in its own order, and only what the policy allows of it', () => {
    const tried = asked({ exemptions: ['EX18', 'EX16', 'EX15'] }, { ...facts, amount: { minor: 3001n, currency: 'EUR' } });
    expect(tried.rules.map(({ rule }) => rule).filter((rule) => rule.startsWith('EX'))).toEqual(['EX16', 'EX15']);
  });

  test.each([
    [{ exemptions: 'ANY' as const }, 'SOFT_DECLINE_RETRY'],
    [{ softDeclineAction: 'DO_NOT_RETRY_CONTACT_PAYER' as const }, 'SOFT_DECLINE_RETRY'],
  ])('what the payee initiated is no longer out of scope once the issuer has declined it: %j', (wish, reason) => {
    expect(asked({ retriesSoftDecline: true, ...wish }, { ...facts, initiator: 'payee' })).toMatchObject({ decision: 'SCA_REQUIRED', reasons: [reason, 'PAYEE_INITIATED'] });
    expect(asked({ retriesSoftDecline: true, ...wish }, { ...facts, moto: true })).toMatchObject({ decision: 'OUT_OF_SCOPE', reasons: ['MOTO'] });
  });

  test('a decline after authentication is final, and the reason says so', () => {
    expect(asked({ retriesSoftDecline: true, softDeclineAction: 'TREAT_AS_HARD_DECLINE' }).reasons).toEqual(['SOFT_DECLINE_RETRY', 'SOFT_DECLINE_FINAL']);
  });

  test('what is out of scope stays so, even if authentication is asked for', () => {
    expect(asked({ exemptions: 'NONE' }, { ...facts, initiator: 'payee' })).toMatchObject({ decision: 'OUT_OF_SCOPE', reasons: ['PAYEE_INITIATED'] });
  });

  test('Article 10 only where policy and gateway want it', () => {
    const access = { via: 'direct', first: false, daysSinceSca: 1, items: ['balance'], historyDays: 0, sensitive: false, suspectedFraud: false };
    const look: Facts = { ...UNKNOWN_FACTS, action: 'account_access', monitoringAvailable: true, access };
    const allowing: Policy = { ...DEFAULT_POLICY, considerDirectAccess: true };
    expect(decideRequest(look, allowing, ANY)).toMatchObject({ decision: 'EXEMPT', exemption: 'EX10' });
    expect(decideRequest(look, DEFAULT_POLICY, ANY)).toMatchObject({ decision: 'SCA_REQUIRED', reasons: ['EXEMPTION_NOT_IN_POLICY'] });
    expect(decideRequest(look, allowing, { ...ANY, exemptions: ['EX16'] }).decision).toBe('SCA_REQUIRED');
    expect(decideRequest(look, allowing, { ...ANY, exemptions: 'NONE' }).decision).toBe('SCA_REQUIRED');
  });

  test('Article 10a leaves no choice', () => {
    const access = { via: 'aisp', first: false, daysSinceSca: 1, items: ['balance'], historyDays: 0, sensitive: false, suspectedFraud: false };
    const look: Facts = { ...UNKNOWN_FACTS, action: 'account_access', access };
    expect(decideRequest(look, DEFAULT_POLICY, { ...ANY, exemptions: 'NONE' })).toMatchObject({ decision: 'SCA_PROHIBITED', exemption: 'EX10A' });
  });
});

describe('a policy file', () => {
  const withField = (patch: object) => parsePolicy({ ...defaultPolicyFile, ...patch });
  test.each([
    ['an unknown field', { concider: [] }, 'concider'],
    ['an unknown exemption', { consider: ['EX99'] }, 'consider'],
    ['an exemption of account access among payments', { consider: ['EX10'] }, 'consider'],
    ['the same exemption twice', { consider: ['EX16', 'EX16'] }, 'consider'],
    ['a counter that is spent before what is free', { consider: ['EX16', 'EX15'] }, 'EX11 and EX16 last'],
    ['a house limit that is no money', { houseLimits: { EX13: '10' } }, 'houseLimits.EX13'],
    ['a house limit for nothing', { houseLimits: { EX99: '10.00' } }, 'houseLimits'],
    ['a day that does not exist', { audits: { yearlyOn: '2026-02-30', externalOn: null } }, 'yearlyOn'],
    ['an unknown profile', { profile: 'XX' }, 'profile'],
    ['a missing switch', { settings: { ...defaultPolicyFile.settings, counterReading: undefined } }, 'counterReading'],
    [
      'a local limit in another form',
      { localThresholds: { SEK: { lowValue: { single: '300', cumulative: '1000.00', count: 5 } } } },
      'localThresholds.SEK.lowValue.single',
    ],
  ])('with %s is refused by name', (_name, patch, field) => {
    const answer = withField(patch);
    expect(answer.ok ? '' : answer.error).toContain(field);
  });
});

describe('what the house adds to the law', () => {
  const policyWith = (patch: object): Policy => {
    const policy = parsePolicy({ ...defaultPolicyFile, ...patch });
    if (!policy.ok) throw new Error(policy.error);
    return policy.value;
  };
  const paid = (minor: bigint): Facts => ({ ...facts, amount: { minor, currency: 'EUR' } });

  test('a limit of the house is inclusive, and named among the evidence', () => {
    const policy = policyWith({ houseLimits: { EX16: '20.00' } });
    expect(decideRequest(paid(2000n), policy, ANY)).toMatchObject({ decision: 'EXEMPT' });
    expect(decideRequest(paid(2001n), policy, ANY)).toMatchObject({ decision: 'SCA_REQUIRED', reasons: ['AMOUNT_OVER_HOUSE_LIMIT'] });
    expect(decideRequest(paid(3001n), policy, ANY).reasons).toEqual(['AMOUNT_OVER_LIMIT', 'AMOUNT_OVER_HOUSE_LIMIT']);
    expect(decideRequest(paid(1n), policy, ANY).rules.find(({ rule }) => rule === 'EX16')?.evidence).toMatchObject({ houseLimit: { minor: 2000n, currency: 'EUR' } });
  });

  test('what cannot be measured is above any limit of the house', () => {
    const policy = policyWith({ consider: ['EX15'], houseLimits: { EX15: '1000.00' } });
    const own: Facts = { ...facts, instrument: 'credit_transfer', monitoringAvailable: true, own: { sameHolder: true, sameAspsp: true } };
    expect(decideRequest(own, policy, ANY).decision).toBe('EXEMPT');
    expect(decideRequest({ ...own, amount: { minor: 100n, currency: 'SEK' } }, policy, ANY)).toMatchObject({ decision: 'SCA_REQUIRED', reasons: ['AMOUNT_OVER_HOUSE_LIMIT'] });
  });

  test('one leg out: as far as it goes, or not at all', () => {
    const abroad: Facts = { ...paid(24_750n), payeePsp: 'OTHER', payeeSideCanSupportSca: false };
    expect(decideRequest(abroad, DEFAULT_POLICY, ANY).decision).toBe('SCA_BEST_EFFORT');
    expect(decideRequest(abroad, policyWith({ oneLegOut: 'require_sca' }), ANY).decision).toBe('SCA_REQUIRED');
  });

  test("at the payee's provider nobody is the payer's provider", () => {
    const acquirer = policyWith({ applicantMode: 'payee_psp' });
    expect(assume({ ...silent, applicant: 'payer_psp' }, acquirer).facts.applicant).toBe('payee_psp');
    expect(assume(silent, acquirer).facts.applicant).toBe('payee_psp');
    expect(assume({ ...silent, applicant: 'payee_psp' }, DEFAULT_POLICY).facts.applicant).toBe('payee_psp');
  });

  test('the committed JSON Schema is the form that is read', () => {
    const committed: unknown = JSON.parse(readFileSync(path.join(__dirname, '../../policy.schema.json'), 'utf8'));
    expect(policyJsonSchema()).toEqual(committed);
  });
});
