/**
 * The name of a field may be repeated in a reason only if it is surely a name: somebody's account number or words sent as a key
 * are content, and reasons travel in headers and logs.
 */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/;
const DIGITS_MAX = 3;

export function safeName(name: string): string | null {
  const digits = name.replace(/\D/g, '').length;
  return NAME.test(name) && digits <= DIGITS_MAX ? name : null;
}
