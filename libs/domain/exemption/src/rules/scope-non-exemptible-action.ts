import { scopeOutcome, type Rule } from '../rule';

/** The only actions for which the RTS knows exemptions. */
const EXEMPTIBLE_ACTIONS: ReadonlySet<string> = new Set(['payment', 'account_access']);

/**
 * PSD2 Article 97(1)(a) and (c), RTS Articles 13(1), 14(1), 24(2)(b): logging in, setting up lists, series and mandates, enrolling devices and
 * whatever else may imply fraud. No exemption exists for these, nor for an action that nobody has heard of.
 */
export const nonExemptibleAction: Rule<'NON_EXEMPTIBLE_ACTION'> = ({ action }) =>
  scopeOutcome('NON_EXEMPTIBLE_ACTION', EXEMPTIBLE_ACTIONS.has(action) ? null : 'ACTION_NOT_EXEMPTIBLE', { action });
