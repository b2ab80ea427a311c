import { createHash } from 'node:crypto';

/**
 * The one stylesheet, inline: no request leaves the page, and its hash is all that the content security policy lets through.
 * Colours have at least 4.5:1 against their ground (WCAG 2.2 AA), targets at least 44 px, and nothing needs more than 320 px of width.
 */
const SOURCE = `
:root{color-scheme:light dark;--ground:#eef1f6;--card:#fff;--ink:#10151f;--soft:#4b5565;--line:#d5dce6;--edge:#76829a;--panel:#f5f7fb;
  --accent:#1d4ed8;--accent-deep:#1e40af;--on-accent:#fff;--good:#0a6b41;--good-ground:#e3f5ec;--bad:#a1261d;--bad-ground:#fceae8;--wait:#7a4b00;
  --wait-ground:#fdf2dc;--shadow:0 1px 2px #10151f14,0 12px 32px #10151f1a}
@media(prefers-color-scheme:dark){:root{--ground:#0c1017;--card:#161c27;--ink:#eef2f8;--soft:#a9b4c5;--line:#303a4b;--edge:#7e8ba3;--panel:#1c2431;
  --accent:#8fb2ff;--accent-deep:#b4ccff;--on-accent:#0b1630;--good:#6fdca6;--good-ground:#12342a;--bad:#ffaaa2;--bad-ground:#3d1c1c;--wait:#f3c873;
  --wait-ground:#392c12;--shadow:none}}
*{box-sizing:border-box;margin:0}
html{font:100%/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;-webkit-text-size-adjust:100%;
  text-size-adjust:100%}
body{background:var(--ground);color:var(--ink);min-height:100vh;min-height:100svh;display:flex;flex-direction:column;align-items:center;
  padding:1rem .75rem;overflow-wrap:anywhere}
main{background:var(--card);border:1px solid var(--line);border-radius:1.25rem;box-shadow:var(--shadow);width:100%;max-width:28rem;margin:auto;
  padding:1.75rem 1.25rem 1.5rem}
@media(min-width:30rem){body{padding:2rem 1rem}main{padding:2.25rem 2.25rem 2rem}}
h1{font-size:1.375rem;line-height:1.25;font-weight:650;letter-spacing:-.01em;text-wrap:balance}
.headline{display:flex;align-items:flex-start;gap:.625rem}
.headline svg{flex:none;width:1.5rem;height:1.5rem;margin-top:.125rem;color:var(--accent)}
.sum{margin:1.25rem 0 1rem}
.sum .label{color:var(--soft);font-size:.875rem}
.sum .amount{font-size:clamp(1.75rem,9.5vw,2.625rem);line-height:1.15;font-weight:700;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.sum .hint{color:var(--soft);font-size:.875rem;margin-top:.25rem}
dl{background:var(--panel);border:1px solid var(--line);border-radius:.875rem;padding:.25rem 1rem}
dl>div{padding:.625rem 0}
dl>div+div{border-top:1px solid var(--line)}
dt{color:var(--soft);font-size:.8125rem}
dd{font-weight:550}
.account{font-variant-numeric:tabular-nums;font-weight:450;color:var(--soft)}
.hidden-character{font:600 .75em/1 ui-monospace,"Liberation Mono",monospace;background:var(--bad-ground);color:var(--bad);border-radius:.25rem;
  padding:.1em .3em;margin:0 .15em}
.payees{list-style:none;padding:0}
.payees li{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 .75rem;padding:.5rem 0}
.payees li+li{border-top:1px solid var(--line)}
.payees .who{flex:1 1 10rem;min-width:0}
.payees .who span{display:block}
.payees .share{font-variant-numeric:tabular-nums;white-space:nowrap}
details{border-top:1px solid var(--line)}
details>summary{padding:.625rem 0;min-height:2.75rem;cursor:pointer;color:var(--accent);font-weight:600}
details[open]>summary{border-bottom:1px solid var(--line)}
.notice{background:var(--wait-ground);color:var(--wait);border-radius:.75rem;padding:.75rem 1rem;margin-bottom:1.25rem;font-size:.9375rem;
  font-weight:550}
.time{margin-top:1rem;font-size:.9375rem;font-variant-numeric:tabular-nums}
.quiet{color:var(--soft);font-size:.875rem;margin-top:.75rem}
.choices{display:grid;gap:.625rem;margin-top:1.25rem}
.button{appearance:none;display:flex;align-items:center;justify-content:center;text-align:center;width:100%;min-height:3.25rem;padding:.625rem 1rem;
  border:2px solid transparent;border-radius:.875rem;font:inherit;font-weight:650;font-size:1.0625rem;line-height:1.25;text-decoration:none;
  cursor:pointer;font-variant-numeric:tabular-nums}
.primary{background:var(--accent);color:var(--on-accent)}
.secondary{background:transparent;border-color:var(--edge);color:var(--ink)}
.button:focus-visible,summary:focus-visible,a:focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:.875rem}
@media(hover:hover){.primary:hover{background:var(--accent-deep)}.secondary:hover{background:var(--panel)}}
@media(prefers-reduced-motion:no-preference){.button{transition:background-color .15s}.dots i{animation:wait 1.2s infinite ease-in-out}
  .dots i:nth-child(2){animation-delay:.15s}.dots i:nth-child(3){animation-delay:.3s}}
@keyframes wait{0%,60%,100%{transform:none;opacity:.45}30%{transform:translateY(-.25rem);opacity:1}}
.state{display:grid;place-items:center;width:3.5rem;height:3.5rem;border-radius:50%;margin-bottom:1.125rem;background:var(--panel);color:var(--soft)}
.state svg{width:1.75rem;height:1.75rem}
.good{background:var(--good-ground);color:var(--good)}
.bad{background:var(--bad-ground);color:var(--bad)}
.wait{background:var(--wait-ground);color:var(--wait)}
.dots{display:flex;gap:.25rem}
.dots i{width:.4375rem;height:.4375rem;border-radius:50%;background:currentColor}
.lead{margin-top:.5rem;color:var(--soft)}
.receipt{margin-top:1.25rem}
@media(forced-colors:active){.button,main,dl{border-color:CanvasText}.state{border:1px solid CanvasText}}
@media print{.choices,.quiet{display:none}}
`;

/** As it is sent: in one line. */
export const STYLE = SOURCE.replace(/\n\s*/g, '');

/** The source expression for `style-src`: exactly this stylesheet, and no other style. */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE, 'utf8').digest('base64')}'`;
