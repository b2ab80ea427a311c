import { currencyDigits, formatMoney } from '@assent/kernel';
import { type Fraction, formatFraction } from './fraction';
import type { Evidence, EvidenceValue, RuleOutcome } from './rule';

/** Evidence in words: money as the wire writes it, exact amounts with as many decimals as they have. */
export type RenderedEvidence = Record<string, unknown>;

export interface RenderedOutcome {
  readonly rule: string;
  readonly passed: boolean;
  readonly reasons: string[];
  readonly evidence: RenderedEvidence;
}

/** An outcome as `sca.decided`, the ledger and `explain` carry it. */
export const renderOutcome = ({ rule, passed, reasons, evidence }: RuleOutcome): RenderedOutcome => ({
  rule,
  passed,
  reasons: [...reasons],
  evidence: renderEvidence(evidence),
});

export function renderEvidence(evidence: Evidence): RenderedEvidence {
  const rendered: RenderedEvidence = {};
  for (const name in evidence) {
    const value = evidence[name];
    rendered[name] = value === undefined ? null : renderValue(value);
  }
  return rendered;
}

const isFraction = (value: object): value is Fraction => 'numerator' in value;
const isMoney = (value: object): value is { minor: bigint | Fraction; currency: string } => 'minor' in value;

function renderValue(value: EvidenceValue): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (isFraction(value)) return formatFraction(value, 0);
  if (isMoney(value)) return renderMoney(value);
  return value;
}

function renderMoney({ minor, currency }: { minor: bigint | Fraction; currency: string }): string {
  if (typeof minor === 'bigint') return `${formatMoney({ minor, currency })} ${currency}`;
  return `${formatFraction(minor, currencyDigits(currency) ?? 0)} ${currency}`;
}
