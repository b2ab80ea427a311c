/** Which Didit a stack talks to: the real one, with the account's values from the environment, or the local stand-in (null). */
export type VendorAccount = Readonly<Record<(typeof ACCOUNT)[number], string>> & { readonly DIDIT_ENVIRONMENT: string };

/** The five variables of docs/going-live.md. */
const ACCOUNT = ['DIDIT_BASE_URL', 'DIDIT_API_KEY', 'DIDIT_WORKFLOW_ID', 'DIDIT_WEBHOOK_SECRETS', 'DIDIT_APPLICATION_ID'] as const;

/** Everything of `.env` that says which vendor account is used. */
export const VENDOR_VARIABLES = [...ACCOUNT, 'DIDIT_ENVIRONMENT'] as const;

/** @throws when only some of the five are set: half an account must not quietly become the stand-in. */
export function vendorAccount(environment: Readonly<Record<string, string | undefined>>): VendorAccount | null {
  const given = (name: string): string => environment[name] ?? '';
  const missing = ACCOUNT.filter((name) => given(name) === '');
  if (missing.length === ACCOUNT.length) return null;
  if (missing.length > 0) throw new Error(`For the real Didit set all five of ${ACCOUNT.join(', ')}; missing: ${missing.join(', ')}. For the local stand-in set none of them.`);
  const account = Object.fromEntries(ACCOUNT.map((name) => [name, given(name)])) as Record<(typeof ACCOUNT)[number], string>;
  return { ...account, DIDIT_ENVIRONMENT: given('DIDIT_ENVIRONMENT') || 'live' };
}
