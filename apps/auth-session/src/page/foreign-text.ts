import { Html, html } from './html';

/**
 * Characters that change how a line reads without being seen: C0 and C1 controls, embeddings, overrides and isolates of writing direction,
 * zero-width blanks and joiners of words, line separators, tags. A payee's name needs none of them; a fraudster's does (Trojan Source, 2021).
 * Marks that scripts do need (LRM, RLM, ZWJ, ZWNJ, variation selectors) stay.
 */
const HIDDEN = /[\p{Cc}\u00AD\u061C\u115F\u1160\u180E\u200B\u2028-\u202E\u2060-\u2069\u206A-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]/gu;

const codePointName = (character: string): string => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** Hidden characters written out (`U+202E`), all else as it is. */
function withHiddenWrittenOut(text: string): Html[] {
  const parts: Html[] = [];
  let from = 0;
  for (const match of text.matchAll(HIDDEN)) {
    parts.push(html`${text.slice(from, match.index)}`, html`<code class="hidden-character">${codePointName(match[0])}</code>`);
    from = match.index + match[0].length;
  }
  parts.push(html`${text.slice(from)}`);
  return parts;
}

/**
 * Somebody else's text on our page: escaped, isolated from the direction of what stands around it (`<bdi>`), hidden characters made visible,
 * and kept from browser translation, so that the payer sees what is bound and nothing that only looks like it.
 */
export const foreignText = (text: string): Html => html`<bdi translate="no">${withHiddenWrittenOut(text)}</bdi>`;
