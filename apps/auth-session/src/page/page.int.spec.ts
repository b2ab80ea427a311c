import { existsSync } from 'node:fs';
import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import axe, { type AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';
import { type ApprovalRequest, bindingOf, shownHash } from '@assent/domain-linking';
import { type ApprovalView, PAGE_LANGUAGES, type ResultState, pageHeaders, pageLocale, renderApprovalPage, renderNotice, renderResultPage } from './index';

/** Debian's and the usual names. CHROMIUM_PATH names another one. */
const CANDIDATES = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
const executablePath = CANDIDATES.find((candidate) => candidate !== undefined && candidate !== '' && existsSync(candidate));
const inBrowser = executablePath === undefined ? describe.skip : describe;
const name = executablePath === undefined ? 'approval pages in a browser (skipped: chromium is not installed; install the package chromium or set CHROMIUM_PATH)' : 'approval pages in a browser';

const NOW = Date.UTC(2026, 10, 24, 14, 1, 20);
const payee = { account: 'ES9121000418450200051332', name: 'Librería Ñandú' };
const PAYMENT: ApprovalRequest = { action: 'payment', payment: { amount: '247.50', currency: 'EUR', payee, reference: 'order-4711' } };
const BATCH: ApprovalRequest = {
  action: 'payment',
  payment: { kind: 'batch', amount: '30.00', currency: 'EUR', payees: Array.from({ length: 30 }, (_, i) => ({ account: payee.account, name: `Payee ${i}`, amount: '1.00' })) },
};
const LONG: ApprovalRequest = {
  action: 'payment',
  payment: {
    amount: '999999999999999.99', currency: 'EUR', payee: { account: 'X'.repeat(64), name: `A\u202E${'W'.repeat(138)}` }, reference: 'R'.repeat(64), kind: 'card_blocked',
  },
};

const approval = (request: ApprovalRequest, more: Partial<ApprovalView> = {}): string =>
  renderApprovalPage({
    locale: pageLocale('en'), binding: bindingOf(request), requestedBy: 'Nordbank', confirmPath: '/approve/t/confirm', refusePath: '/approve/t/refuse',
    nowMs: NOW, expiresAtMs: NOW + 220_000, notice: null, ...more,
  });
const result = (state: ResultState): string =>
  renderResultPage({ locale: pageLocale('en'), state, binding: bindingOf(PAYMENT), returnUrl: 'https://shop.example/back', selfPath: '/approve/t/return' });
const STATES = Object.keys(pageLocale('en').texts.results) as ResultState[];

const PAGES: Readonly<Record<string, string>> = {
  '/approve/payment': approval(PAYMENT, { notice: 'DETAILS_CHANGED' }),
  '/approve/batch': approval(BATCH),
  '/approve/long': approval(LONG, { notice: 'OTHER_APPROVAL_CLOSED_THIS' }),
  '/approve/login': approval({ action: 'login' }),
  '/approve/action': approval({ action: 'raise_limit', description: 'Raise the daily limit to 5,000 EUR' }),
  ...Object.fromEntries(STATES.map((state) => [`/result/${state}`, result(state)])),
  '/notice/unknown': renderNotice({ locale: pageLocale('en'), notice: 'LINK_UNKNOWN', retryPath: null }),
  '/notice/other': renderNotice({ locale: pageLocale('en'), notice: 'OTHER_APPROVAL_OPEN', retryPath: '/approve/payment' }),
};
const PATHS = Object.keys(PAGES);
/** Words have other lengths in other languages, and nothing else differs. */
const IN_ALL_LANGUAGES: Readonly<Record<string, string>> = Object.fromEntries(
  PAGE_LANGUAGES.map((language) => [`/approve/in-${language}`, approval(LONG, { locale: pageLocale(language), notice: 'CHECK_NOT_FINISHED' })]),
);
const TRANSLATED = Object.keys(IN_ALL_LANGUAGES);

let server: Server;
let browser: Browser;
let origin: string;
const posted: { path: string; origin: string | undefined; body: string }[] = [];

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

beforeAll(async () => {
  if (executablePath === undefined) return;
  server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const path = request.url ?? '';
      if (request.method === 'POST') posted.push({ path, origin: request.headers.origin, body });
      const page = request.method === 'POST' ? result('IN_PROGRESS') : (PAGES[path] ?? IN_ALL_LANGUAGES[path]);
      response.writeHead(page === undefined ? 404 : 200, pageHeaders(['https://verify.didit.me'])).end(page ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
});
afterAll(async () => {
  if (executablePath === undefined) return;
  await browser.close();
  await new Promise((resolve) => server.close(resolve));
});

interface Seen {
  readonly requests: string[];
  readonly complaints: string[];
}

/** One browser window for the whole of `look`, with what it asked for and complained about. */
async function inWindow(options: BrowserContextOptions, look: (page: Page, seen: Seen) => Promise<void>): Promise<void> {
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    const seen: Seen = { requests: [], complaints: [] };
    page.on('request', (request) => seen.requests.push(request.url()));
    page.on('console', (message) => seen.complaints.push(message.text()));
    await look(page, seen);
  } finally {
    await context.close();
  }
}

/** What `find` says of each page, without the pages of which it says nothing. */
async function findings(page: Page, paths: readonly string[], find: () => Promise<readonly unknown[]>): Promise<Record<string, readonly unknown[]>> {
  const found: Record<string, readonly unknown[]> = {};
  for (const path of paths) {
    await page.goto(`${origin}${path}`);
    const wrong = await find();
    if (wrong.length > 0) found[path] = wrong;
  }
  return found;
}

/** Rules of WCAG 2.2 A and AA and of good practice. A waiting page may look again by itself: its reload is what it is for, and loses nothing. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const looksAgain = page.url().includes('IN_PROGRESS');
  const found = await page.evaluate<AxeResults>(`axe.run(document, { resultTypes: ['violations'], rules: { 'meta-refresh': { enabled: ${!looksAgain} } } })`);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

/** Elements that reach over the right edge, or hide a part of themselves. */
const overflowing = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const right = document.documentElement.clientWidth;
    return [...document.querySelectorAll('html, body *')]
      .filter((e) => e.getBoundingClientRect().right > right + 0.5 || (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible'))
      .map((e) => e.outerHTML.slice(0, 80));
  })()`);

const tooSmallToPress = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('a, button, summary')].filter((e) => e.getBoundingClientRect().width < 44 || e.getBoundingClientRect().height < 44).map((e) => e.outerHTML)`);

inBrowser(name, () => {
  test.each(['light', 'dark'] as const)('given the pages in %s, when axe looks at them with everything unfolded, then it finds nothing', async (colorScheme) => {
    await inWindow({ colorScheme, viewport: { width: 390, height: 800 } }, async (page) => {
      const found = await findings(page, PATHS, async () => {
        await page.evaluate('for (const part of document.querySelectorAll("details")) part.open = true');
        return violations(page);
      });
      expect(found).toEqual({});
    });
  });

  test('given a page that is made worse, then axe says so: the check checks', async () => {
    await inWindow({ bypassCSP: true }, async (page) => {
      await page.goto(`${origin}/approve/payment`);
      await page.addStyleTag({ content: '.quiet{color:#ccc!important}' });
      expect(await violations(page)).toEqual([expect.stringContaining('color-contrast')]);
    });
  });

  test.each([100, 200])('given a phone of 320 px and text at %i %%, then on no page anything is cut off, scrolls sideways or is too small to press', async (percent) => {
    await inWindow({ viewport: { width: 320, height: 640 }, bypassCSP: true }, async (page) => {
      const found = await findings(page, [...PATHS, ...TRANSLATED], async () => {
        await page.addStyleTag({ content: `html{font-size:${percent}%!important}` });
        return [...(await overflowing(page)), ...(await tooSmallToPress(page))];
      });
      expect(found).toEqual({});
    });
  });

  test('given only a keyboard, then Tab goes to confirm, then to refuse, visibly, and Enter sends the hash of what is shown from our origin', async () => {
    posted.length = 0;
    await inWindow({}, async (page) => {
      await page.goto(`${origin}/approve/payment`);
      const focused = (): Promise<unknown> => page.evaluate('[document.activeElement.textContent.replace("\\u00a0", " "), getComputedStyle(document.activeElement).outlineStyle]');
      await page.keyboard.press('Tab');
      expect(await focused()).toEqual(['Confirm EUR 247.50', 'solid']);
      await page.keyboard.press('Tab');
      expect(await focused()).toEqual(['Refuse', 'solid']);
      await page.keyboard.press('Shift+Tab');
      await Promise.all([page.waitForURL('**/confirm'), page.keyboard.press('Enter')]);
    });
    expect(posted).toEqual([{ path: '/approve/t/confirm', origin, body: `shown=${shownHash(bindingOf(PAYMENT))}` }]);
  });

  test('given no script at all, then the payer can unfold a batch, and refuse', async () => {
    posted.length = 0;
    await inWindow({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${origin}/approve/batch`);
      const last = page.getByText('Payee 29', { exact: true });
      expect(await last.isVisible()).toBe(false);
      await page.getByText('Show the other 25 payees').click();
      expect(await last.isVisible()).toBe(true);
      await Promise.all([page.waitForURL('**/refuse'), page.getByRole('button', { name: 'Refuse' }).click()]);
    });
    expect(posted).toEqual([{ path: '/approve/t/refuse', origin, body: `shown=${shownHash(bindingOf(BATCH))}` }]);
  });

  test('given any page, then the browser asks for the page and nothing else, and has nothing to complain about', async () => {
    const still = PATHS.filter((path) => path !== '/result/IN_PROGRESS');
    await inWindow({}, async (page, seen) => {
      await findings(page, still, () => Promise.resolve([]));
      expect(seen).toEqual({ requests: still.map((path) => `${origin}${path}`), complaints: [] });
    });
  });

  test('given the policy, when markup is smuggled in, then no script and no foreign style has an effect', async () => {
    await inWindow({}, async (page, seen) => {
      await page.goto(`${origin}/approve/payment`);
      await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src="https://evil.example/x.png" onerror="window.hit = 1"><style>main{display:none}</style>');
        const script = document.createElement('script'); script.textContent = 'window.hit = 1'; document.body.append(script);`);
      expect(await page.evaluate('[typeof window.hit, getComputedStyle(document.querySelector("main")).display]')).toEqual(['undefined', 'block']);
      expect(seen.complaints.filter((complaint) => complaint.includes('Content Security Policy')).length).toBeGreaterThanOrEqual(2);
    });
  });

  test('given a page that waits, then it looks again by itself', async () => {
    await inWindow({ javaScriptEnabled: false }, async (page, seen) => {
      await page.goto(`${origin}/result/IN_PROGRESS`);
      await page.waitForRequest(`${origin}/result/IN_PROGRESS`, { timeout: 15_000 });
      expect(seen.requests.length).toBeGreaterThan(1);
    });
  });
});
