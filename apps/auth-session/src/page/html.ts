/** Markup that is safe to send: only {@link html} makes it, and it escapes every value that is not markup already. */
export class Html {
  private constructor(readonly markup: string) {}

  /** For literals of this folder only (the stylesheet): never for a value. */
  static literal(markup: string): Html {
    return new Html(markup);
  }
}

type Value = string | number | Html | null | readonly Html[];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;', '=': '&#61;' };

/** Text as it may stand between tags and in quoted attributes. Half characters (lone surrogates) become U+FFFD, so that the page is always UTF-8. */
export const escapeText = (text: string): string => text.toWellFormed().replace(/[&<>"'`=]/g, (character) => ENTITIES[character] ?? '');

function markupOf(value: Value): string {
  if (value === null) return '';
  if (value instanceof Html) return value.markup;
  return typeof value === 'object' ? value.map((part) => part.markup).join('') : escapeText(String(value));
}

/** Template tag: ``html`<p>${name}</p>` ``. Attributes must be in double quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return Html.literal(parts.reduce((markup, part, i) => markup + markupOf(values[i - 1] ?? null) + part));
}
