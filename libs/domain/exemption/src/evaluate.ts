import type { Facts } from './facts';
import { type HouseLimits, withinHouseLimit } from './house-limit';
import type { Profile } from './profile';
import type { ReasonCode } from './reason-codes';
import type { ExemptionId, PaymentExemptionId, Rule, RuleOutcome } from './rule';
import { accountAccess } from './rules/article-10-account-access';
import { accountInformationService } from './rules/article-10a-account-information-service';
import { contactless } from './rules/article-11-contactless';
import { unattendedTerminal } from './rules/article-12-unattended-terminal';
import { trustedPayee } from './rules/article-13-trusted-payee';
import { recurring } from './rules/article-14-recurring';
import { ownAccounts } from './rules/article-15-own-accounts';
import { lowValue } from './rules/article-16-low-value';
import { corporate } from './rules/article-17-corporate';
import { riskAnalysis } from './rules/article-18-risk-analysis';
import { anonymousInstrument } from './rules/scope-anonymous-instrument';
import { moto } from './rules/scope-moto';
import { nonExemptibleAction } from './rules/scope-non-exemptible-action';
import { oneLegOut } from './rules/scope-one-leg-out';
import { payeeInitiated } from './rules/scope-payee-initiated';
import { providerLocation } from './rules/scope-provider-location';
import type { Settings } from './settings';

export const DECISIONS = ['EXEMPT', 'SCA_REQUIRED', 'OUT_OF_SCOPE', 'SCA_BEST_EFFORT', 'SCA_PROHIBITED', 'SCA_PERMITTED'] as const;
export type DecisionKind = (typeof DECISIONS)[number];

export interface Decision {
  readonly decision: DecisionKind;
  /** The rule that stands behind EXEMPT and SCA_PROHIBITED, else null. */
  readonly exemption: ExemptionId | null;
  /** Ordered. Why the decision is what it is: of the rule that settled it, or of every rule that was tried in vain. */
  readonly reasons: readonly ReasonCode[];
  /** Every rule that was asked, in order, with what it saw. */
  readonly rules: readonly RuleOutcome[];
}

/** Under which law and policy a decision is made. */
export interface Regime {
  readonly profile: Profile;
  readonly settings: Settings;
  /** Exemptions of payments, in the order in which they are tried: what costs a counter comes last. */
  readonly consider: readonly PaymentExemptionId[];
  /** Whether Article 10 is used. Article 10a is: it leaves no choice. */
  readonly considerDirectAccess: boolean;
  /** What the house allows at most for one payment under an exemption, in minor units of the profile's currency: below the law's limits. */
  readonly houseLimits?: HouseLimits;
  /** Where the payee's side abroad cannot support authentication: try as far as it goes (the default), or insist. */
  readonly oneLegOut?: OneLegOut;
}

export type OneLegOut = 'best_effort' | 'require_sca';

const PAYMENT_RULES: Readonly<Record<PaymentExemptionId, Rule<ExemptionId>>> = {
  EX11: contactless,
  EX12: unattendedTerminal,
  EX13: trustedPayee,
  EX14: recurring,
  EX15: ownAccounts,
  EX16: lowValue,
  EX17: corporate,
  EX18: riskAnalysis,
};

/** What puts a payment outside the duty, in the order in which it is asked. */
const SCOPE_RULES: readonly Rule[] = [anonymousInstrument, moto, payeeInitiated, providerLocation];

/**
 * Decides whether strong customer authentication is needed. In this order: actions without exemption, access to accounts, scope, the
 * exemptions in the policy's order (the first that applies wins), and the payee's provider abroad. Never throws for facts that are
 * missing: they count against an exemption.
 */
export function evaluate(facts: Facts, regime: Regime): Decision {
  const rules: RuleOutcome[] = [];
  const ask = <Outcome extends RuleOutcome>(rule: (facts: Facts, profile: Profile, settings: Settings) => Outcome): Outcome => {
    const outcome = rule(facts, regime.profile, regime.settings);
    rules.push(outcome);
    return outcome;
  };
  const action = ask(nonExemptibleAction);
  if (action.passed) return { decision: 'SCA_REQUIRED', exemption: null, reasons: action.reasons, rules };
  if (facts.action === 'account_access') return decideAccess(facts, regime, ask, rules);
  for (const rule of SCOPE_RULES) {
    const scope = ask(rule);
    if (scope.passed) return { decision: 'OUT_OF_SCOPE', exemption: null, reasons: scope.reasons, rules };
  }
  const against = new Set<ReasonCode>();
  for (const id of regime.consider) {
    const outcome = ask((...asked) => withinHouseLimit(PAYMENT_RULES[id](...asked), id, regime.houseLimits, ...asked));
    if (outcome.passed) return { decision: 'EXEMPT', exemption: id, reasons: outcome.reasons, rules };
    for (const reason of outcome.reasons) against.add(reason);
  }
  const abroad = ask(oneLegOut);
  if (abroad.passed && regime.oneLegOut !== 'require_sca') return { decision: 'SCA_BEST_EFFORT', exemption: null, reasons: abroad.reasons, rules };
  return { decision: 'SCA_REQUIRED', exemption: null, reasons: [...against], rules };
}

type Ask = <Outcome extends RuleOutcome>(rule: (facts: Facts, profile: Profile, settings: Settings) => Outcome) => Outcome;

function decideAccess(facts: Facts, { considerDirectAccess }: Regime, ask: Ask, rules: RuleOutcome[]): Decision {
  if (facts.access.via === 'aisp') {
    const outcome = ask(accountInformationService);
    if (!outcome.passed) return { decision: 'SCA_REQUIRED', exemption: null, reasons: outcome.reasons, rules };
    // Within the term authentication is forbidden, except on a justified suspicion. Not knowing is no "no suspicion".
    if (facts.access.suspectedFraud !== false) return { decision: 'SCA_PERMITTED', exemption: null, reasons: ['ACCESS_SUSPECTED_FRAUD'], rules };
    return { decision: 'SCA_PROHIBITED', exemption: 'EX10A', reasons: outcome.reasons, rules };
  }
  if (!considerDirectAccess) return { decision: 'SCA_REQUIRED', exemption: null, reasons: [], rules };
  const outcome = ask(accountAccess);
  if (!outcome.passed) return { decision: 'SCA_REQUIRED', exemption: null, reasons: outcome.reasons, rules };
  return { decision: 'EXEMPT', exemption: 'EX10', reasons: outcome.reasons, rules };
}
