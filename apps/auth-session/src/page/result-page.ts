import type { Binding } from '@assent/domain-linking';
import { amountBlock, bindingList } from './binding-lines';
import { type Html, html } from './html';
import { ICONS } from './icons';
import { page } from './layout';
import type { PageLocale } from './locale';
import type { Notice, ResultState } from './texts/texts';

export interface ResultView {
  readonly locale: PageLocale;
  readonly state: ResultState;
  /** What it was about; shown as a receipt where it was approved. */
  readonly binding: Binding | null;
  /** The gateway's `returnUrl`, already checked against its allowlist; left out here again unless it is https. */
  readonly returnUrl: string | null;
  /** This page's own path, to look again by hand. Only used while the result is open. */
  readonly selfPath: string;
}

export interface NoticeView {
  readonly locale: PageLocale;
  readonly notice: Notice;
  /** A path of ours to try again at, where trying again makes sense. */
  readonly retryPath: string | null;
}

const REFRESH_SECONDS = 3;

const badge = (look: '' | 'good' | 'bad' | 'wait', icon: Html): Html => html`<div class="state ${look}">${icon}</div>`;

const RESULT_BADGES: Readonly<Record<ResultState, Html>> = {
  APPROVED: badge('good', ICONS.check),
  NOT_NEEDED: badge('good', ICONS.check),
  DECLINED: badge('bad', ICONS.cross),
  REFUSED: badge('', ICONS.cross),
  CANCELLED: badge('', ICONS.cross),
  UNAVAILABLE: badge('wait', ICONS.clock),
  EXPIRED: badge('', ICONS.clock),
  IN_REVIEW: badge('wait', ICONS.clock),
  IN_PROGRESS: badge('wait', ICONS.dots),
};

const NOTICE_BADGES: Readonly<Record<Notice, Html>> = {
  LINK_UNKNOWN: badge('', ICONS.link),
  LINK_EXPIRED: badge('', ICONS.clock),
  FOREIGN_FORM: badge('bad', ICONS.shield),
  OTHER_APPROVAL_OPEN: badge('wait', ICONS.dots),
  TRY_AGAIN_SOON: badge('wait', ICONS.clock),
};

/** An absolute https URL as the browser will read it, else null: never `javascript:`, never a path that a browser reads as another host. */
function httpsOnly(url: string | null): string | null {
  const parsed = url === null ? null : URL.parse(url);
  return parsed?.protocol === 'https:' && parsed.username === '' && parsed.password === '' ? parsed.href : null;
}

const link = (href: string, label: string, look: 'primary' | 'secondary'): Html =>
  html`<div class="choices"><a class="button ${look}" href="${href}">${label}</a></div>`;

/**
 * How the approval stands. An open one looks again by itself (the reload changes nothing) and by a link; a closed one leads back to the
 * gateway. A declined one never says what failed (RTS 2018/389 Article 4(3)(a)).
 */
export function renderResultPage({ locale, state, binding, returnUrl, selfPath }: ResultView): string {
  const { texts } = locale;
  const { title, text } = texts.results[state];
  const open = state === 'IN_PROGRESS';
  const back = open ? null : httpsOnly(returnUrl);
  const approved = state === 'APPROVED' ? binding : null;
  const receipt = approved === null ? null : html`<div class="receipt">${amountBlock(locale, approved)}${bindingList(locale, approved, null)}</div>`;
  const body = html`${RESULT_BADGES[state]}
<div role="status"><h1>${title}</h1><p class="lead">${text}</p></div>
${receipt}
${open ? link(selfPath, texts.checkAgain, 'secondary') : null}${back === null ? null : link(back, texts.backToRequester, 'primary')}`;
  return page({ locale, title, body, refreshSeconds: open ? REFRESH_SECONDS : null });
}

/** A page about no approval: an unknown or expired link, a foreign form, or one that cannot go on at this moment. */
export function renderNotice({ locale, notice, retryPath }: NoticeView): string {
  const { title, text } = locale.texts.standing[notice];
  const body = html`${NOTICE_BADGES[notice]}
<h1>${title}</h1>
<p class="lead">${text}</p>
${retryPath === null ? null : link(retryPath, locale.texts.openAgain, 'primary')}`;
  return page({ locale, title, body });
}
