import { electronicFormatIBAN, isValidIBAN } from 'ibantools';

/** An account in normal form: an IBAN in electronic format (upper case, no blanks), any other account trimmed. Two spellings of one account compare equal. */
export function normaliseAccount(account: string): string {
  const electronic = electronicFormatIBAN(account);
  return electronic !== null && isValidIBAN(electronic) ? electronic : account.trim();
}

/** Whether a text is written like an IBAN: two letters, two digits, at least eleven more, blanks or hyphens between. Such a text must then be a valid one. */
export const looksLikeIban = (account: string): boolean => /^[A-Za-z]{2}\d{2}[A-Za-z0-9 -]{11,}$/.test(account.trim());

export const isIban = (account: string): boolean => isValidIBAN(electronicFormatIBAN(account) ?? '');
