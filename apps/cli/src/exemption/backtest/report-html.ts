import { formatMoney } from '@assent/kernel';
import type { BacktestResult, PolicyResult } from './backtest';
import { percent, points } from './report-table';

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const WIDTH = 560;
const BAR = 22;
const LABEL = 150;

const figure = (title: string, viewBox: string, body: string): string =>
  `<figure><figcaption>${escaped(title)}</figcaption><svg role="img" viewBox="${viewBox}"><title>${escaped(title)}</title>${body}</svg></figure>`;

const row = (cells: readonly (string | number)[]): string => `<tr>${cells.map((cell) => `<td>${escaped(String(cell))}</td>`).join('')}</tr>`;
const table = (header: readonly string[], rows: readonly string[]): string =>
  `<table><thead><tr>${header.map((cell) => `<th>${cell}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;

/** Horizontal bars with their numbers: readable without colours, and by a screen reader through its title. */
function bars(title: string, rows: readonly { readonly label: string; readonly value: number; readonly shown: string }[]): string {
  const most = Math.max(...rows.map(({ value }) => value), Number.MIN_VALUE);
  const room = WIDTH - LABEL - 130;
  const body = rows.map(({ label, value, shown }, i) => {
    const y = i * (BAR + 6);
    const width = Math.max(1, (room * value) / most);
    const bar = `<rect x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="${BAR}"/>`;
    return `<text x="0" y="${y + 15}">${escaped(label)}</text>${bar}<text x="${(LABEL + width + 6).toFixed(1)}" y="${y + 15}">${escaped(shown)}</text>`;
  });
  return figure(title, `0 0 ${WIDTH} ${rows.length * (BAR + 6)}`, body.join(''));
}

/** The projected rate with its interval, against the bands' references. */
function interval({ projections, policy }: PolicyResult): string {
  return projections
    .map(({ instrument, observedBasisPoints, projectedBasisPoints, lowBasisPoints, highBasisPoints }) => {
      const references = policy.profile.riskBands[instrument].map(({ threshold, reference }) => ({
        name: formatMoney({ minor: threshold, currency: policy.profile.currency }),
        at: Number(reference.numerator) / Number(reference.denominator),
      }));
      const most = 1.1 * Math.max(...references.map(({ at }) => at), highBasisPoints ?? 0);
      const x = (value: number | null): string => ((WIDTH * (value ?? 0)) / most).toFixed(1);
      const marks = references.map(({ name, at }) => {
        const line = `<line x1="${x(at)}" x2="${x(at)}" y1="0" y2="46" class="reference"/>`;
        return `${line}<text x="${x(at)}" y="62" text-anchor="middle">${name}: ${at} bps</text>`;
      });
      const spread = `<line x1="${x(lowBasisPoints)}" x2="${x(highBasisPoints)}" y1="24" y2="24" class="spread"/>`;
      const dots = `<circle cx="${x(projectedBasisPoints)}" cy="24" r="6"/><circle cx="${x(observedBasisPoints)}" cy="24" r="5" class="then"/>`;
      const range = `${points(lowBasisPoints)} to ${points(highBasisPoints)} with 95 % confidence`;
      const title = `${instrument}, remote: ${points(projectedBasisPoints)} bps projected, ${range}; ${points(observedBasisPoints)} bps then`;
      return figure(title, `-30 0 ${WIDTH + 60} 70`, `${marks.join('')}${spread}${dots}`);
    })
    .join('');
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}' +
  'table{border-collapse:collapse}td,th{padding:.2rem .8rem;text-align:right;border-bottom:1px solid #ccc}td:first-child,th:first-child{text-align:left}' +
  'svg{width:100%;max-width:40rem;font-size:13px}rect,circle{fill:#2b5c8a}.then{fill:none;stroke:#1a1a1a;stroke-width:2}' +
  '.spread{stroke:#2b5c8a;stroke-width:3}.reference{stroke:#a33;stroke-dasharray:4}figure{margin:1.5rem 0}';

/** One page with everything in it: no script, nothing loaded from anywhere. */
export function reportHtml(result: BacktestResult): string {
  const { payments, skipped, firstQuarter, lastQuarter, currency, policies, differences } = result;
  const money = (minor: bigint): string => formatMoney({ minor, currency });
  const sections = policies.map((one) => {
    const { name, policy, exemptShare, scaShare, paths } = one;
    const shares = paths.map(({ path, share }) => ({ label: path, value: share, shown: percent(share) }));
    const frauds = paths.map(({ path, fraudMinor }) => ({ label: path, value: Number(fraudMinor), shown: money(fraudMinor) }));
    const rows = paths.map(({ path, payments: count, share, valueMinor, fraudMinor }) => row([path, count, percent(share), money(valueMinor), money(fraudMinor)]));
    return [
      `<h2>${escaped(name)} <small>(${escaped(policy.id)} version ${policy.version})</small></h2>`,
      `<p>${percent(exemptShare)} exempt, ${percent(scaShare)} with authentication.</p>`,
      bars('Share of payments by path', shares),
      bars(`Fraud then, by the path that the policy gives (${currency})`, frauds),
      interval(one),
      table(['path', 'payments', 'share', 'value', 'fraud then'], rows),
    ].join('');
  });
  const compared = differences.map(({ against, policy, moves }) => {
    const rows = moves.map(({ from, to, payments: count, valueMinor }) => row([`${from} → ${to}`, count, money(valueMinor)]));
    return `<h2>${escaped(policy)} against ${escaped(against)}</h2>${table(['goes another way', 'payments', 'value'], rows)}`;
  });
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>Exemption back-test</title><style>${STYLE}</style></head><body><h1>Exemption back-test</h1>`,
    `<p>${payments} payments, ${firstQuarter ?? 'none'} to ${lastQuarter ?? 'none'}, in ${currency}. ${skipped} lines left out.</p>`,
    ...sections,
    ...compared,
    '<p>Payments that change their way are given the fraud rate that payments on the new way have had; ',
    'the interval says what chance alone would make of so few frauds.</p></body></html>\n',
  ].join('');
}
