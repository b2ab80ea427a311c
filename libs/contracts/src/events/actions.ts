/** Risky remote actions (PSD2 Article 97(1)(c)): no exemption exists for any of them. */
export const RISKY_ACTIONS = [
  'trusted_list_create',
  'trusted_list_amend',
  'series_create',
  'series_amend',
  'mandate_setup',
  'tokenise_instrument',
  'device_enrolment',
  'portrait_replace',
  'change_contact_details',
  'change_password',
  'raise_limit',
  'other_risky_remote_action',
] as const;

/** What somebody may want a payer to authenticate for. */
export const ACTIONS = ['payment', 'login', 'account_access', ...RISKY_ACTIONS] as const;
export type Action = (typeof ACTIONS)[number];

/** The exemption rules that a gateway may name, by article of RTS 2018/389. */
export const EXEMPTION_RULES = ['EX10', 'EX10A', 'EX11', 'EX12', 'EX13', 'EX14', 'EX15', 'EX16', 'EX17', 'EX18'] as const;
export type ExemptionRule = (typeof EXEMPTION_RULES)[number];
