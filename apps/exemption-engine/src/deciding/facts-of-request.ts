import type { ScaRequestedV1 } from '@assent/contracts';
import { type Facts, fractionOf, type Policy, UNKNOWN_FACTS } from '@assent/domain-exemption';
import { parseMoney } from '@assent/kernel';

/**
 * What a request says, as facts. Whatever it leaves out stays unknown. Counters, trusted payees, series and fraud rates are not in it: they
 * are the engine's own, and until the engine keeps some of them they are unknown too, which exempts nothing.
 */
export function factsOfRequest({ action, payment, facts = {} }: ScaRequestedV1, { localLimits }: Policy): Facts {
  const { terminal, own, corporate, monitoring, risk } = facts;
  return {
    ...UNKNOWN_FACTS,
    action,
    instrument: facts.instrument ?? null,
    channel: facts.channel ?? null,
    initiator: facts.initiator ?? null,
    moto: facts.moto ?? null,
    anonymousInstrument: facts.anonymousInstrument ?? null,
    payerPsp: facts.payerPsp ?? null,
    payeePsp: facts.payeePsp ?? null,
    payeeSideCanSupportSca: facts.payeeSideCanSupportSca ?? null,
    applicant: facts.applicant ?? null,
    amount: amountOf(payment),
    rate: rateOf(facts.fx),
    localLimits,
    monitoringAvailable: monitoring?.available ?? null,
    terminal: terminal ?? UNKNOWN_FACTS.terminal,
    own: own ?? UNKNOWN_FACTS.own,
    corporate: corporate ?? UNKNOWN_FACTS.corporate,
    riskAnalysis: { ...UNKNOWN_FACTS.riskAnalysis, flags: { ...UNKNOWN_FACTS.riskAnalysis.flags, ...risk?.flags }, score: risk?.score ?? null },
    access: accessOf(facts.access),
  };
}

/** The contract has checked amount and currency; should they not be readable all the same, the amount is unknown and exempts nothing. */
function amountOf(payment: ScaRequestedV1['payment']): Facts['amount'] {
  if (payment?.amount === undefined || payment.currency === undefined) return null;
  const money = parseMoney(payment.amount, payment.currency);
  return money.ok ? money.value : null;
}

/** A rate of zero is none. */
function rateOf(fx: NonNullable<ScaRequestedV1['facts']>['fx']): Facts['rate'] {
  const unitsPerBase = fx === undefined || fx === null ? null : fractionOf(fx.unitsPerBase);
  if (fx === undefined || fx === null || unitsPerBase === null || unitsPerBase.numerator === 0n) return null;
  return { unitsPerBase, ageHours: fx.ageHours };
}

function accessOf(access: NonNullable<ScaRequestedV1['facts']>['access']): Facts['access'] {
  if (access === undefined) return UNKNOWN_FACTS.access;
  return {
    via: access.via,
    first: access.first ?? null,
    daysSinceSca: access.daysSinceSca ?? null,
    items: access.items,
    // Payments are asked for only if they are among the items; a balance has no history.
    historyDays: access.txHistoryDays ?? (access.items.includes('transactions') ? null : 0),
    sensitive: access.sensitive ?? null,
    suspectedFraud: access.suspectedFraud ?? null,
  };
}
