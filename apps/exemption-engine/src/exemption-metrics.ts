import { Inject, Injectable } from '@nestjs/common';
import type { PaymentOutcomeKind } from '@assent/contracts';
import type { Decision } from '@assent/domain-exemption';
import { Metrics } from '@assent/platform';

/** What compliance watches from day to day: what was decided and why, and exemptions of which nobody has said what became of them. */
@Injectable()
export class ExemptionMetrics {
  private readonly decisions;
  private readonly refusals;
  private readonly repeats;
  private readonly outcomes;
  private readonly unsettled;

  constructor(@Inject(Metrics) metrics: Metrics) {
    this.decisions = metrics.counter('exemption_decisions_total', 'Decisions by kind and by the exemption behind them', ['decision', 'exemption']);
    this.refusals = metrics.counter('exemption_refusals_total', 'What stood in the way of exemptions, by rule and reason', ['rule', 'reason']);
    this.repeats = metrics.counter('exemption_decisions_repeated_total', 'Decisions that were published again for a gateway that asked again');
    this.outcomes = metrics.counter('exemption_payment_outcomes_total', 'Outcomes of payments, by kind', ['kind']);
    this.unsettled = metrics.gauge('exemption_unsettled_exemptions', 'EXEMPT answers without any outcome after 24 hours: their amounts stay spent');
  }

  decided({ decision, exemption, rules }: Decision): void {
    this.decisions.inc({ decision, exemption: exemption ?? 'none' });
    if (decision !== 'SCA_REQUIRED') return;
    for (const { rule, reasons } of rules) for (const reason of reasons) this.refusals.inc({ rule, reason });
  }

  repeated(): void {
    this.repeats.inc();
  }

  outcome(kind: PaymentOutcomeKind): void {
    this.outcomes.inc({ kind });
  }

  unsettledExemptions(count: number): void {
    this.unsettled.set(count);
  }
}
