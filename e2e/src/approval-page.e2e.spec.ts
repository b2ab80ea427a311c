import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { Flow } from './flow';
import { payment, vendorDataOf } from './gateway';
import { openPage, postForm } from './payer';
import { runningStack } from './running-stack';

let flow: Flow;
beforeAll(async () => {
  flow = await Flow.open(await runningStack());
}, 180_000);
afterAll(() => flow.close(), 60_000);

describe('the approval page', () => {
  it('shows amount, currency and payee, allows no script and no framing, and is not kept by caches', async () => {
    const id = await flow.publish(payment());
    const page = await openPage(await flow.approvalUrl(id));
    expect(page.status).toBe(200);
    expect(page.html).toMatch(/247\.50/);
    expect(page.html).toContain('Example Shop S.L.');
    expect(page.html.replace(/[\s ]|<[^>]+>/g, '')).toContain('ES9121000418450200051332');
    expect(page.html).not.toMatch(/<script/i);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page.headers.get('cache-control')).toContain('no-store');
    // `no-referrer` would make browsers hide the origin of our own forms.
    expect(page.headers.get('referrer-policy')).toBe('same-origin');
    await flow.topics.next('sca.evidence', id, ({ body }) => body?.['kind'] === 'PAGE_SERVED');
  });

  it('fetched by link scanners (GET, HEAD, many times), changes nothing', async () => {
    const request = payment();
    const id = await flow.publish(request);
    const url = await flow.approvalUrl(id);
    await Promise.all(['GET', 'HEAD', 'GET', 'HEAD'].map((method) => fetch(url, { method })));
    for (const path of ['confirm', 'refuse']) expect([404, 405]).toContain((await fetch(`${url}/${path}`)).status);
    await flow.settle();
    expect(flow.verdicts(id)).toEqual([]);
    expect(await flow.sandbox.sessions(vendorDataOf(request))).toEqual([]);
  });

  it('confirmed from a foreign origin, refuses with 403 and does nothing', async () => {
    const request = payment();
    const id = await flow.publish(request);
    const url = await flow.approvalUrl(id);
    const { shown } = await openPage(url);
    const foreign: Record<string, string>[] = [{ origin: 'https://evil.example' }, { origin: 'null', 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }];
    for (const headers of foreign) expect((await postForm(url, 'confirm', shown, headers)).status).toBe(403);
    for (const headers of foreign) expect((await postForm(url, 'refuse', shown, headers)).status).toBe(403);
    expect(await flow.sandbox.sessions(vendorDataOf(request))).toEqual([]);
    expect(flow.verdicts(id)).toEqual([]);
  });

  it('confirmed twice, and ten times at once, opens one vendor session', async () => {
    const request = payment();
    const id = await flow.publish(request);
    const url = await flow.approvalUrl(id);
    const { shown } = await openPage(url);
    await Promise.all(Array.from({ length: 10 }, () => postForm(url, 'confirm', shown)));
    await flow.topics.next('sca.session', id, ({ body }) => typeof body?.['vendorSessionId'] === 'string');
    await postForm(url, 'confirm', shown);
    const sessions = await flow.sandbox.sessions(vendorDataOf(request));
    expect(sessions).toHaveLength(1);
    expect(sessions[0]?.creates).toBe(1);
  });

  it('with an unknown token, or after the end, has no effect', async () => {
    const id = await flow.publish(payment());
    const url = await flow.approvalUrl(id);
    const unknown = `${url.slice(0, -8)}AAAAAAAA`;
    expect((await openPage(unknown)).status).toBe(404);
    expect((await postForm(unknown, 'confirm', 'x')).status).toBe(404);
    const { shown } = await openPage(url);
    await flow.gateway.call('POST', `/v1/authentications/${id}/cancel`);
    await flow.verdict(id);
    const late = await postForm(url, 'confirm', shown);
    expect(late.headers.get('location') ?? '').not.toContain('/session/');
    await flow.settle();
    expect(flow.verdicts(id)).toHaveLength(1);
  });

  it('answers programs with JSON', async () => {
    const id = await flow.publish(payment());
    const url = await flow.approvalUrl(id);
    const { shown } = await openPage(url);
    const answer = await postForm(url, 'confirm', shown, { accept: 'application/json' });
    expect(answer.status).toBe(200);
    const { redirectUrl } = (await answer.json()) as { redirectUrl: string };
    expect(redirectUrl).toContain('/session/');
  });
});

const browser = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

/** Where no browser is installed these are skipped by name; .ci/run installs one. */
(browser === undefined ? describe.skip : describe)('a payer with a phone and a keyboard (Chromium)', () => {
  it('reads, confirms by keyboard without script, passes the check at the vendor and comes back to a result', async () => {
    const id = await flow.publish(payment({ returnUrl: 'https://shop.example/thanks' }));
    const url = await flow.approvalUrl(id);
    const chrome = await chromium.launch({ ...(browser === undefined ? {} : { executablePath: browser }), args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
    try {
      const context = await chrome.newContext({ viewport: { width: 360, height: 740 }, javaScriptEnabled: false, locale: 'en-GB' });
      const page = await context.newPage();
      await page.goto(url);
      expect(await page.textContent('body')).toContain('Example Shop S.L.');
      const main = await page.locator('main').boundingBox();
      expect((main?.x ?? 0) + (main?.width ?? 0)).toBeLessThanOrEqual(360);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/session\//);
      await page.getByRole('button', { name: /approve/i }).first().click();
      await page.waitForURL(/\/approve\//);
      expect(await flow.verdict(id)).toMatchObject({ outcome: 'APPROVED' });
      await page.reload();
      expect((await page.textContent('body'))?.toLowerCase()).toContain('approved');
    } finally {
      await chrome.close();
    }
  }, 90_000);
});
