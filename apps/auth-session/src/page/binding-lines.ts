import type { BatchBinding, Binding, BoundPayee, BoundShare } from '@assent/domain-linking';
import { foreignText } from './foreign-text';
import { type Html, html } from './html';
import type { PageLocale } from './locale';
import { writtenAccount, writtenAmount } from './written-values';

/** So many payees of a batch stand open; the others can be unfolded, unless they are too few to be worth it. */
const OPEN_PAYEES = 5;
const FOLDED_PAYEES_MIN = 3;

const line = (label: string, value: Html): Html => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
const account = (written: string): Html => html`<span class="account">${foreignText(writtenAccount(written))}</span>`;

function payeeLines({ texts }: PageLocale, payee: BoundPayee): Html[] {
  const { labels } = texts;
  return [
    line(labels.payee, foreignText(payee.name)),
    line(labels.account, account(payee.account)),
    ...(payee.id === null ? [] : [line(labels.merchantId, foreignText(payee.id))]),
  ];
}

const shareItem = (locale: PageLocale, currency: string, share: BoundShare): Html =>
  html`<li><span class="who"><span>${foreignText(share.name)}</span>${account(share.account)}</span>
<span class="share" translate="no">${writtenAmount(share.amount, currency, locale.tag)}</span></li>`;

function batchLines(locale: PageLocale, { payees, currency }: BatchBinding): Html[] {
  const { labels, showOtherPayees } = locale.texts;
  const written = new Intl.NumberFormat(locale.tag, { numberingSystem: 'latn' });
  const open = payees.length < OPEN_PAYEES + FOLDED_PAYEES_MIN ? payees.length : OPEN_PAYEES;
  const list = (shares: readonly BoundShare[]): Html => html`<ul class="payees">${shares.map((share) => shareItem(locale, currency, share))}</ul>`;
  const folded = payees.slice(open);
  const others = folded.length === 0 ? null : html`<details><summary>${showOtherPayees(written.format(folded.length))}</summary>${list(folded)}</details>`;
  return [line(`${labels.payees}: ${written.format(payees.length)}`, html`${list(payees.slice(0, open))}${others}`)];
}

/** The amount in large figures with its label, or nothing where no money is bound. */
export function amountBlock(locale: PageLocale, binding: Binding): Html | null {
  if (binding.kind === 'trusted_payee' || binding.kind === 'action') return null;
  const { labels, blockedHint } = locale.texts;
  const label = { single: labels.amount, card_blocked: labels.blockedAmount, batch: labels.total }[binding.kind];
  const hint = binding.kind === 'card_blocked' ? html`<p class="hint">${blockedHint}</p>` : null;
  const written = writtenAmount(binding.amount, binding.currency, locale.tag);
  return html`<div class="sum"><p class="label">${label}</p><p class="amount" translate="no">${written}</p>${hint}</div>`;
}

/**
 * Everything else that is bound, complete: payees with full names and full accounts, description, reference. What the payer cannot see
 * here is not bound, and what is bound is here (RTS 2018/389 Article 5(1)(a)).
 */
export function bindingList(locale: PageLocale, binding: Binding, requestedBy: string | null): Html | null {
  const { labels } = locale.texts;
  const lines = [
    ...(binding.kind === 'batch' ? batchLines(locale, binding) : []),
    ...('payee' in binding ? payeeLines(locale, binding.payee) : []),
    ...(binding.description === null ? [] : [line(labels.description, foreignText(binding.description))]),
    ...(binding.reference === null ? [] : [line(labels.reference, foreignText(binding.reference))]),
    ...(requestedBy === null ? [] : [line(labels.requestedBy, foreignText(requestedBy))]),
  ];
  return lines.length === 0 ? null : html`<dl>${lines}</dl>`;
}
