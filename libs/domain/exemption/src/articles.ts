import type { RuleId } from './rule';

/** Where each rule stands in the law: RTS is Delegated Regulation (EU) 2018/389, PSD2 is Directive (EU) 2015/2366. */
export const ARTICLES: Readonly<Record<RuleId, { readonly article: string; readonly title: string }>> = {
  NON_EXEMPTIBLE_ACTION: { article: 'PSD2 Article 97(1)', title: 'Actions for which no exemption exists' },
  SCOPE_ANONYMOUS: { article: 'RTS recital 8', title: 'Anonymous payment instruments' },
  SCOPE_MOTO: { article: 'PSD2 Article 97(1)(b)', title: 'Mail and telephone orders' },
  SCOPE_PAYEE_INITIATED: { article: 'PSD2 Article 97(1)(b)', title: 'Payee-initiated payments and direct debits' },
  SCOPE_PSP_LOCATION: { article: 'PSD2 Article 2', title: 'Where the payment service providers sit' },
  SCOPE_ONE_LEG_OUT: { article: 'PSD2 Article 2(4)', title: "The payee's provider outside the regime" },
  EX10: { article: 'RTS Article 10', title: 'Access to account information, directly' },
  EX10A: { article: 'RTS Article 10a', title: 'Access to account information through a service provider' },
  EX11: { article: 'RTS Article 11', title: 'Contactless payments at the point of sale' },
  EX12: { article: 'RTS Article 12', title: 'Unattended terminals for transport fares and parking fees' },
  EX13: { article: 'RTS Article 13', title: 'Trusted beneficiaries' },
  EX14: { article: 'RTS Article 14', title: 'Recurring transactions' },
  EX15: { article: 'RTS Article 15', title: 'Credit transfers between accounts of the same person' },
  EX16: { article: 'RTS Article 16', title: 'Low-value transactions' },
  EX17: { article: 'RTS Article 17', title: 'Secure corporate payment processes' },
  EX18: { article: 'RTS Article 18', title: 'Transaction risk analysis' },
};
