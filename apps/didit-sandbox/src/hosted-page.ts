import { escapeHtml, html, redirect, type Answer } from './http';
import { endingOf } from './scenarios';
import type { Session } from './sessions';
import type { Vendor } from './vendor';

/** What the payer can choose on the simulated check: a real one looks at a face instead. */
const CHOICES: readonly { readonly scenario: string; readonly label: string; readonly hint: string }[] = [
  { scenario: 'approve', label: 'Approve', hint: 'The face is live and matches' },
  { scenario: 'decline_face_match_low_similarity', label: 'Decline', hint: 'The face does not match' },
  { scenario: 'review_face_match_borderline', label: 'Review', hint: 'A person has to look at it' },
];

/** `GET /session/{token}`: the hosted check. As with the vendor it shows nothing of the metadata, so neither amount nor payee. */
export function showHostedPage(vendor: Vendor, session: Session): Answer {
  if (session.scenario !== null && session.status === 'Not Started') {
    const ending = endingOf(session.scenario);
    vendor.open(session);
    if (ending !== undefined) vendor.finish(session, ending);
    return goBack(session);
  }
  vendor.open(session);
  return isOver(session) ? page('This check is finished', finishedBody(session)) : page('Face check', choiceBody(session));
}

/** `POST /session/{token}`: the payer has gone through the check. */
export function finishHostedCheck(vendor: Vendor, session: Session, form: URLSearchParams): Answer {
  const ending = endingOf(form.get('scenario') ?? '');
  if (ending === undefined) return page('Face check', choiceBody(session), 400);
  vendor.open(session);
  vendor.finish(session, ending);
  return goBack(session);
}

export const unknownLink = (): Answer => page('This link is not valid', '<p>It was mistyped, or the check was deleted or has expired.</p>', 404);

const isOver = (session: Session): boolean => !['Not Started', 'In Progress', 'Resubmitted', 'Awaiting User'].includes(session.status);

/** To the caller's page, with the two parameters that the vendor adds. They are the browser's to change: no answer. */
function goBack(session: Session): Answer {
  return session.callback === null ? page('This check is finished', finishedBody(session)) : redirect(303, callbackUrl(session.callback, session));
}

export function callbackUrl(callback: string, session: Pick<Session, 'id' | 'status'>): string {
  const hash = callback.indexOf('#');
  const base = hash < 0 ? callback : callback.slice(0, hash);
  const added = new URLSearchParams({ verificationSessionId: session.id, status: session.status }).toString();
  return `${base}${base.includes('?') ? '&' : '?'}${added}${hash < 0 ? '' : callback.slice(hash)}`;
}

const choiceBody = (session: Session): string => `<p>This stands in for the identity provider’s own page. Choose how the check ends.</p>
<form method="post" action="/session/${escapeHtml(session.token)}">
${CHOICES.map(({ scenario, label, hint }) => `<button name="scenario" value="${scenario}" class="${label.toLowerCase()}">${label}<small>${hint}</small></button>`).join('\n')}
</form>`;

const finishedBody = (session: Session): string =>
  `<p>Result: <strong>${escapeHtml(session.status)}</strong></p>${session.callback === null ? '' : backLink(session.callback, session)}`;

const backLink = (callback: string, session: Session): string => `<p><a href="${escapeHtml(callbackUrl(callback, session))}">Go back</a></p>`;

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{margin:0;display:grid;place-items:center;min-height:100vh;padding:1rem;box-sizing:border-box}
main{width:100%;max-width:26rem}h1{font-size:1.4rem}form{display:grid;gap:.75rem}
button{min-height:3.5rem;padding:.5rem 1rem;font:inherit;font-weight:600;border:1px solid currentColor;border-radius:.6rem;
background:transparent;color:inherit;cursor:pointer;text-align:start}button small{display:block;font-weight:400;opacity:.8}button.approve{background:#14532d;color:#fff;border-color:#14532d}
button:focus-visible{outline:3px solid #2563eb;outline-offset:2px}.note{font-size:.85rem;opacity:.75}`;

function page(title: string, body: string, status = 200): Answer {
  return html(
    status,
    `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">
<title>${title} · didit-sandbox</title><style>${STYLE}</style></head>
<body><main><h1>${title}</h1>
${body}
<p class="note">didit-sandbox: a simulation. Nothing here looks at a face.</p></main></body></html>
`,
  );
}
