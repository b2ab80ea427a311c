const TEXT_MAX = 300;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Takes out of a text what looks like content: quoted parts, passwords in URLs, tokens, account and card numbers, addresses.
 * For texts of other people's code only. It cannot know a name, so it is no licence to log personal data.
 */
export function scrubText(text: string): string {
  return text
    .slice(0, 4 * TEXT_MAX)
    .replace(/\/\/[^\s/@]+@/g, '//…@')
    .replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '"…"')
    .replace(/[^\s@]+@[^\s@]+\.[A-Za-z]{2,}/g, '…')
    .replace(/(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{1,4}){3,8}(?![A-Za-z0-9])/g, '…')
    .replace(/[A-Za-z0-9_+/=-]{24,}/g, (run) => (looksRandom(run) ? '…' : run))
    .replace(/\d(?:[ -]?\d){7,}/g, '…')
    .replace(/[\r\n]+/g, ' ')
    .slice(0, TEXT_MAX);
}

/** Names of code are mostly lower case and have no digits; a token has both, or half of it in capitals. */
function looksRandom(run: string): boolean {
  if (UUID.test(run)) return false;
  const capitals = run.replace(/[^A-Z]/g, '').length;
  return /\d/.test(run) || capitals * 3 > run.length;
}
