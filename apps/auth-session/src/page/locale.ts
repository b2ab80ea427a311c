import { de } from './texts/de';
import { en } from './texts/en';
import { es } from './texts/es';
import { fr } from './texts/fr';
import { it } from './texts/it';
import { nl } from './texts/nl';
import { pl } from './texts/pl';
import { pt } from './texts/pt';
import type { Texts } from './texts/texts';

const CATALOGUES = { en, es, de, fr, it, nl, pt, pl } as const satisfies Record<string, Texts>;
export type PageLanguage = keyof typeof CATALOGUES;
export const PAGE_LANGUAGES = Object.keys(CATALOGUES) as readonly PageLanguage[];

/** The language of a page and how it writes numbers and times. */
export interface PageLocale {
  /** BCP 47, for `lang` and `Intl`: language and region, nothing else of what was asked for. */
  readonly tag: string;
  readonly texts: Texts;
}

const FALLBACK: PageLocale = { tag: 'en', texts: en };
const TAG_LENGTH_MAX = 35;
const ACCEPT_LANGUAGE_LENGTH_MAX = 500;

const isPageLanguage = (language: string): language is PageLanguage => Object.hasOwn(CATALOGUES, language);

function supported(tag: string): PageLocale | null {
  if (tag.length > TAG_LENGTH_MAX) return null;
  try {
    const { language, region } = new Intl.Locale(tag);
    if (!isPageLanguage(language)) return null;
    return { tag: region === undefined ? language : `${language}-${region}`, texts: CATALOGUES[language] };
  } catch {
    return null;
  }
}

/** The tags of an `Accept-Language` header (RFC 9110 section 12.5.4), the most wanted first. Anything malformed is left out. */
function acceptedTags(header: string): string[] {
  return header
    .slice(0, ACCEPT_LANGUAGE_LENGTH_MAX)
    .split(',')
    .map((entry, order) => {
      const [tag = '', ...parameters] = entry.split(';').map((part) => part.trim());
      const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1');
      return { tag, order, quality: Number.isFinite(quality) ? quality : 0 };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || a.order - b.order)
    .map(({ tag }) => tag);
}

/**
 * The page's language: what the gateway said of the payer (`payer.locale`), else what the browser accepts, else English.
 * A tag whose language has no texts here, or that is none, counts as not given.
 */
export function pageLocale(requested: string | null, acceptLanguage: string | null = null): PageLocale {
  for (const tag of [...(requested === null ? [] : [requested]), ...acceptedTags(acceptLanguage ?? '')]) {
    const locale = supported(tag);
    if (locale !== null) return locale;
  }
  return FALLBACK;
}
