import { type Binding, isPayment, shownHash } from '@assent/domain-linking';
import { invariant } from '@assent/kernel';
import { amountBlock, bindingList } from './binding-lines';
import { type Html, html } from './html';
import { ICONS } from './icons';
import { page } from './layout';
import type { PageLocale } from './locale';
import type { ApprovableAction, ApprovalNotice, Texts } from './texts/texts';
import { writtenAmount, writtenMinutesLeft, writtenTime } from './written-values';

/** Name of the hidden form field that carries the hash of what the page showed. */
export const SHOWN_FIELD = 'shown';

export interface ApprovalView {
  readonly locale: PageLocale;
  readonly binding: Binding;
  /** The gateway in words that the payer knows it by; null where the registry has none. */
  readonly requestedBy: string | null;
  /** Where the two forms post to: paths on our own origin. */
  readonly confirmPath: string;
  readonly refusePath: string;
  readonly nowMs: number;
  readonly expiresAtMs: number;
  /** Why the page is shown once more, if it is. */
  readonly notice: ApprovalNotice | null;
}

const headingOf = (texts: Texts, action: string): string =>
  Object.hasOwn(texts.headings, action) ? texts.headings[action as ApprovableAction] : texts.headings.other_risky_remote_action;

function form(path: string, shown: string, label: string, look: 'primary' | 'secondary'): Html {
  invariant(/^\/[^/\\]/.test(path), 'a form posts to a path of our own origin');
  const field = html`<input type="hidden" name="${SHOWN_FIELD}" value="${shown}">`;
  return html`<form method="post" action="${path}">${field}<button class="button ${look}" type="submit">${label}</button></form>`;
}

function timeLeft({ locale, nowMs, expiresAtMs }: ApprovalView): Html | null {
  const minutes = writtenMinutesLeft(expiresAtMs - nowMs, locale.tag);
  return minutes === null ? null : html`<p class="time">${locale.texts.timeLeft(writtenTime(expiresAtMs, locale.tag), minutes)}</p>`;
}

/**
 * The page on which the payer sees what is asked and confirms or refuses it. It is made of nothing but the view, its forms carry the hash of
 * exactly the binding that it shows, and fetching it changes nothing: only a posted form does. It works without script.
 */
export function renderApprovalPage(view: ApprovalView): string {
  const { locale, binding } = view;
  const { texts } = locale;
  const title = headingOf(texts, binding.action);
  const shown = shownHash(binding);
  const confirm = isPayment(binding) ? texts.confirmPayment(writtenAmount(binding.amount, binding.currency, locale.tag)) : texts.confirm;
  const body = html`${view.notice === null ? null : html`<p class="notice" role="status">${texts.notices[view.notice]}</p>`}
<div class="headline">${ICONS.shield}<h1>${title}</h1></div>
${amountBlock(locale, binding)}
${bindingList(locale, binding, view.requestedBy)}
${timeLeft(view)}
<p class="quiet">${texts.next}</p>
<div class="choices">${form(view.confirmPath, shown, confirm, 'primary')}${form(view.refusePath, shown, texts.refuse, 'secondary')}</div>
<p class="quiet">${texts.warning}</p>`;
  return page({ locale, title, body });
}
