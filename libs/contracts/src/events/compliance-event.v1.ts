import { OneOf, OpenObject, Text, Timestamp } from '../fields';
import { GATEWAY_ID } from './forms';

export const COMPLIANCE_KINDS = [
  'POLICY_PUBLISHED',
  'POLICY_ROLLED_BACK',
  'BAND_STATE_CHANGED',
  'REPORT_DUE',
  'CEASE_DUE',
  'NOTIFY_DUE',
  'TRUSTED_PAYEE_CHANGED',
  'SERIES_CHANGED',
] as const;
export type ComplianceKind = (typeof COMPLIANCE_KINDS)[number];

/** What a compliance officer must learn: policy and band changes, duties of Article 20, changes of trusted payees and series. */
export class ComplianceEventV1 {
  @Text("The gateways' namespace that it concerns.", GATEWAY_ID)
  namespace!: string;

  @OneOf('What happened.', COMPLIANCE_KINDS)
  kind!: ComplianceKind;

  @Timestamp('When it happened.')
  occurredAt!: string;

  @OpenObject('By kind.')
  data!: Record<string, unknown>;
}
