/** Languages of the vendor's hosted page, in its own spelling (create call, `language`; an unknown one is a 400). */
const VENDOR_LANGUAGES: ReadonlyMap<string, string> = new Map(
  ('en ar bg bn bs ca cnr cs da de el es et fa fi fr he hi hr hu hy id it ja ka kk ko ky lt lv mk mn ms nl no pl pt-BR pt ro ru sk sl so sq sr sv th tr uk uz vi ' +
    'zh-CN zh-TW zh')
    .split(' ')
    .map((code) => [code.toLowerCase(), code]),
);

/** Other names of a language that the vendor has. Written Norwegian is one of two; traditional Chinese has its own code. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['nb', 'no'],
  ['nn', 'no'],
  ['iw', 'he'],
  ['in', 'id'],
  ['zh-hant', 'zh-TW'],
  ['zh-hk', 'zh-TW'],
  ['zh-mo', 'zh-TW'],
  ['zh-hans', 'zh-CN'],
  ['zh-sg', 'zh-CN'],
]);

/**
 * The vendor's code for a BCP 47 tag: the longest prefix it knows (`de-AT` → `de`, `zh-Hant-HK` → `zh-TW`).
 * Null where it has none: the call then leaves the language out, and the page takes the browser's.
 */
export function vendorLanguage(locale: string): string | null {
  const parts = locale.toLowerCase().split('-');
  for (let length = parts.length; length > 0; length--) {
    const tag = parts.slice(0, length).join('-');
    const known = VENDOR_LANGUAGES.get(tag) ?? OTHER_NAMES.get(tag);
    if (known !== undefined) return known;
  }
  return null;
}
