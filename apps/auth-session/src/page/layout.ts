import { type Html, Html as Markup, html } from './html';
import type { PageLocale } from './locale';
import { STYLE } from './style';

export interface PageParts {
  readonly locale: PageLocale;
  /** Plain words of ours: a browser keeps titles in its history, so no amount and no name may stand in it. */
  readonly title: string;
  readonly body: Html;
  /** Only on pages that wait and whose reload changes nothing. */
  readonly refreshSeconds?: number | null;
}

/** One whole document: no script, no external resource, complete without either. */
export function page({ locale, title, body, refreshSeconds = null }: PageParts): string {
  const refresh = refreshSeconds === null ? null : html`<meta http-equiv="refresh" content="${Math.max(1, Math.ceil(refreshSeconds))}">`;
  return html`<!doctype html>
<html lang="${locale.tag}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="same-origin">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">${refresh}
<title>${title}</title>
<style>${Markup.literal(STYLE)}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.markup;
}
