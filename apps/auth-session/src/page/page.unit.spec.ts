import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type Binding, bindingOf, shownHash } from '@assent/domain-linking';
import { escapeText } from './html';
import { type ApprovalView, PAGE_LANGUAGES, type ResultState, pageHeaders, pageLocale, renderApprovalPage, renderNotice, renderResultPage } from './index';
import { writtenAccount, writtenAmount, writtenMinutesLeft } from './written-values';

const NOW = Date.UTC(2026, 10, 24, 14, 1, 20);
const IBAN = 'ES9121000418450200051332';
const payment = (name = 'Librería Ñandú', more: object = {}): Binding =>
  bindingOf({ action: 'payment', payment: { amount: '247.50', currency: 'EUR', payee: { account: IBAN, name }, reference: 'order-7', ...more } });
const view = (binding: Binding, more: Partial<ApprovalView> = {}): ApprovalView => ({
  locale: pageLocale('en'), binding, requestedBy: null, confirmPath: '/approve/token/confirm', refusePath: '/approve/token/refuse', nowMs: NOW, expiresAtMs: NOW + 220_000, notice: null, ...more,
});
const approval = (binding: Binding, more: Partial<ApprovalView> = {}): string => renderApprovalPage(view(binding, more));
const result = (state: ResultState, more: Partial<Parameters<typeof renderResultPage>[0]> = {}): string =>
  renderResultPage({ locale: pageLocale('en'), state, binding: payment(), returnUrl: 'https://shop.example/back?order=7', selfPath: '/approve/token/return', ...more });

const STATES = Object.keys(pageLocale('en').texts.results) as ResultState[];

/** Every tag with its attributes. Exact: a value that is not markup never holds `<` or `>`. */
const tagsOf = (markup: string): { name: string; attributes: string[] }[] =>
  [...markup.matchAll(/<([!/]?[a-z0-9]+)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*\/?>/gi)].map(([, name = '', attributes = '']) => ({
    name: name.toLowerCase(), attributes: [...attributes.matchAll(/\s+([a-z-]+)(?:="[^"]*")?/gi)].map(([, attribute = '']) => attribute.toLowerCase()),
  }));

const TAGS = '!doctype html head meta title style body main h1 p div span code bdi dl dt dd ul li details summary form input button a svg path circle i'.split(' ');
const ATTRIBUTES = [
  ...'html lang dir charset name content http-equiv class translate role method action type value href'.split(' '),
  ...'viewbox fill stroke stroke-width stroke-linecap stroke-linejoin aria-hidden focusable d cx cy r'.split(' '),
];

/** Text made of what breaks pages. */
const NASTY_PARTS = ['<', '>', '"', "'", '&', '`', '=', '/', '\\', ' ', '{', '}', ';', 'é', '日', '\u202e', '\u0000', '\ud800', 'script', 'onerror', 'javascript:', '-->', ']]>', '</style>', '</title>'];
const nasty = fc.oneof(
  fc.string({ minLength: 1, maxLength: 60, unit: fc.constantFrom(...NASTY_PARTS) }),
  fc.string({ minLength: 1, maxLength: 60, unit: 'binary' }),
);

describe('nothing that somebody else wrote becomes markup', () => {
  test('given any text in any place, then the page has exactly the tags and attributes that it has with harmless text', () => {
    const withTexts = (text: string): string => {
      const bound = text.toWellFormed();
      const payee = { account: bound, name: bound, id: bound };
      return approval({ kind: 'single', action: 'payment', amount: '1.00', currency: 'EUR', payee, reference: bound, description: bound }, { requestedBy: text });
    };
    const harmless = tagsOf(withTexts('x')).filter(({ name }) => !/^\/?code$/.test(name));
    fc.assert(fc.property(nasty, (text) => {
      const tags = tagsOf(withTexts(text));
      expect(tags.filter(({ name }) => !/^\/?code$/.test(name))).toEqual(harmless);
    }));
    expect(harmless.filter(({ name, attributes }) => !TAGS.includes(name.replace('/', '')) || !attributes.every((attribute) => ATTRIBUTES.includes(attribute)))).toEqual([]);
  });

  test.each(['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", '</style><style>*{display:none}', '<!--', '&lt;b&gt;'])('given the name %p, then it is shown as it is written', (name) => {
    const markup = approval(payment(name));
    expect(markup).toContain(`<bdi translate="no">${escapeText(name)}</bdi>`);
    expect(markup).not.toContain(name === '&lt;b&gt;' ? '<bdi translate="no">&lt;b' : name);
  });

  test('given characters that turn, hide or break text, then they are written out, and scripts keep the marks that they need', () => {
    const markup = approval(payment('Shop\u202Eelif\u202C \u200Bx\u2066y\n\u{E0041}'));
    for (const name of ['U+202E', 'U+202C', 'U+200B', 'U+2066', 'U+000A', 'U+E0041']) expect(markup).toContain(`<code class="hidden-character">${name}</code>`);
    expect(markup).not.toMatch(/[\u202E\u202C\u200B\u2066\u{E0041}]/u);
    expect(approval(payment('حساب\u200Fپرداخت\u200Cها'))).toContain('حساب\u200Fپرداخت\u200Cها');
  });

  test('given half a character, then the page is still valid UTF-8; bound, it has no hash and no page is made', () => {
    expect(approval(payment(), { requestedBy: 'Bank\ud83d' }).isWellFormed()).toBe(true);
    expect(() => approval(payment('Shop\ud83d'))).toThrow('surrogate');
  });

  test.each(['//evil.example/confirm', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)', ''])('given %p as the path of a form, then no page is made', (confirmPath) => {
    expect(() => approval(payment(), { confirmPath })).toThrow('path of our own origin');
  });
});

describe('the payer sees what is bound, and its hash goes back with the form', () => {
  const account = fc.constantFrom(IBAN, 'DE89370400440532013000', 'ACC-1');
  const name = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' });
  const text = fc.option(fc.string({ minLength: 1 }));
  const none = fc.constant(null);
  const paid = { action: fc.constant('payment'), reference: text, description: text };
  const bindings: fc.Arbitrary<Binding> = fc.oneof(
    fc.record({
      ...paid, kind: fc.constantFrom('single' as const, 'card_blocked' as const), amount: fc.constantFrom('0.01', '999999999999999.99'), currency: fc.constantFrom('EUR', 'SEK'),
      payee: fc.record({ account, name, id: text }),
    }),
    fc.record({
      ...paid, kind: fc.constant('batch' as const), amount: fc.constant('251.10'), currency: fc.constant('EUR'),
      payees: fc.array(fc.record({ account, name, amount: fc.constantFrom('1.00', '250.10') }), { minLength: 1, maxLength: 12 }),
    }),
    fc.record({ ...paid, kind: fc.constant('trusted_payee' as const), payee: fc.record({ account, name, id: text }) }),
    fc.record({ kind: fc.constant('action' as const), action: fc.constantFrom('login', 'raise_limit'), reference: none, description: text }),
  );
  const plain = (bound: string): boolean => !/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\u115F\u1160\u3164\uFFA0]/u.test(bound);

  test('given any binding, in any language, then every bound text, account and amount stands on the page, and both forms carry its hash', () => {
    fc.assert(fc.property(bindings, fc.constantFrom(...PAGE_LANGUAGES), (binding, language) => {
      const markup = approval(binding, { locale: pageLocale(language) });
      const payees = binding.kind === 'batch' ? binding.payees : 'payee' in binding ? [binding.payee] : [];
      const texts = [binding.reference, binding.description, ...payees.flatMap((payee) => [payee.name, writtenAccount(payee.account), 'id' in payee ? payee.id : null])];
      for (const bound of texts) if (bound !== null && plain(bound)) expect(markup).toContain(escapeText(bound));
      if ('amount' in binding) expect(markup).toContain(escapeText(writtenAmount(binding.amount, binding.currency, language)));
      if (binding.kind === 'batch') for (const { amount } of binding.payees) expect(markup).toContain(writtenAmount(amount, 'EUR', language));
      expect([...markup.matchAll(/<input type="hidden" name="shown" value="([0-9a-f]{64})">/g)].map(([, hash]) => hash)).toEqual([shownHash(binding), shownHash(binding)]);
    }));
  });

  test('given a payment, then confirm comes before refuse, both post to their own path, and nothing else is posted', () => {
    const forms = [...approval(payment()).matchAll(/<form method="post" action="([^"]+)">(.*?)<\/form>/g)];
    expect(forms.map(([, action]) => action)).toEqual(['/approve/token/confirm', '/approve/token/refuse']);
    expect(forms.map(([, , content = '']) => [...content.matchAll(/name="([^"]+)"/g)].map(([, name]) => name))).toEqual([['shown'], ['shown']]);
  });

  test('given a batch of a thousand, then five stand open, the others are folded, and none is missing', () => {
    const payees = Array.from({ length: 1000 }, (_, i) => ({ account: `ACC-${i}`, name: `Payee ${i}`, amount: '1.00' }));
    const markup = approval({ kind: 'batch', action: 'payment', amount: '1000.00', currency: 'EUR', payees, reference: null, description: null });
    const [open = '', folded = ''] = markup.split('<details>');
    expect([open.match(/<li>/g)?.length, folded.match(/<li>/g)?.length]).toEqual([5, 995]);
    expect(markup).toContain('Show the other 995 payees');
  });

  test('given the page of a payment, then its title holds no amount and no name: browsers keep titles', () => {
    expect(/<title>(.*?)<\/title>/.exec(approval(payment('Secret Clinic')))?.[1]).toBe('Approve this payment');
  });

  test('given an action that has no heading of its own, then it is still headed', () => {
    expect(approval({ kind: 'action', action: '__proto__', reference: null, description: 'x' })).toContain('<h1>Approve this request</h1>');
  });
});

describe('amounts, accounts and times are written for the payer', () => {
  test.each([['247.50', 'EUR', 'en', 'EUR 247.50'], ['247.50', 'EUR', 'es', '247,50 EUR'], ['1234567.00', 'EUR', 'de-CH', "EUR 1'234'567.00"], ['1200', 'JPY', 'fr', '1 200 JPY'], ['12.300', 'BHD', 'pl', '12,300 BHD'],
    ['999999999999999.99', 'EUR', 'en', 'EUR 999,999,999,999,999.99'], ['5.00', 'USD', 'pt-PT', '5,00 USD'], ['5.00', 'HUF', 'it', '5,00 HUF']])(
    '%s %s in %s is %s', (amount, currency, locale, written) => {
      expect(writtenAmount(amount, currency, locale).replace(/[\u00a0\u202f]/g, ' ').replace(/’/g, "'")).toBe(written);
    },
  );

  test('an IBAN is grouped, another account is left as it is', () => {
    expect([writtenAccount(IBAN), writtenAccount('123456789012')]).toEqual(['ES91 2100 0418 4502 0005 1332', '123456789012']);
  });

  test.each([[220_000, 'en', '4 minutes'], [60_000, 'en', '1 minute'], [1, 'pl', '1 minuta'], [220_000, 'pl', '4 minuty'], [300_000, 'pl', '5 minut'], [0, 'en', null], [-5, 'en', null]])('%i ms left in %s are %p', (left, locale, written) => {
    expect(writtenMinutesLeft(left, locale)).toBe(written);
  });

  test('the time left stands on the page; past the expiry no time does', () => {
    expect(approval(payment())).toContain('Open until 14:05 UTC, about 4 minutes.');
    expect(approval(payment(), { expiresAtMs: NOW })).not.toContain('UTC');
  });
});

describe('languages', () => {
  test.each([['de-AT', null, 'de-AT'], ['pt_BR', null, 'en'], ['zh-Hans', null, 'en'], ['', null, 'en'], ['not a tag', null, 'en'], ['x'.repeat(60), null, 'en'], ['de-u-nu-arab', null, 'de'], ['EN-gb', null, 'en-GB'], ['__proto__', null, 'en'], ['constructor', null, 'en'],
    [null, 'sv, nl;q=0.8, it;q=0.9', 'it'], [null, '*', 'en'], [null, 'fr;q=0, pl', 'pl'], [null, 'fr;q=abc, pl;q=0.1', 'pl'], ['sv', 'es-MX', 'es-MX'], ['it', 'es', 'it'], [null, null, 'en']])(
    'payer.locale %p and Accept-Language %p give %s', (requested, accepted, tag) => {
      expect(pageLocale(requested, accepted).tag).toBe(tag);
    },
  );

  test.each(PAGE_LANGUAGES)('every page speaks %s', (language) => {
    const locale = pageLocale(language);
    const english = pageLocale('en').texts;
    for (const state of STATES) {
      const markup = result(state, { locale });
      expect(markup).toContain(`<html lang="${language}" dir="ltr">`);
      expect(markup).toContain(`<h1>${escapeText(locale.texts.results[state].title)}</h1>`);
    }
    const sentences = ({ headings, notices, results, standing, next, warning }: typeof english): string[] => {
      const titled = [...Object.values(results), ...Object.values(standing)].map(({ text }) => text);
      return [...Object.values(headings), ...Object.values(notices), ...titled, next, warning];
    };
    const own = sentences(locale.texts);
    expect(new Set(own).size).toBe(own.length);
    if (language !== 'en') expect(own.filter((sentence) => sentences(english).includes(sentence))).toEqual([]);
  });
});

describe('results and notices', () => {
  test('given an open result, then the page looks again by itself; given any other page, then it stands still', () => {
    const refreshes = (markup: string): boolean => markup.includes('http-equiv="refresh"');
    expect(refreshes(result('IN_PROGRESS'))).toBe(true);
    const closed = STATES.filter((state) => state !== 'IN_PROGRESS').map((state) => result(state));
    const still = [approval(payment()), ...closed, renderNotice({ locale: pageLocale('en'), notice: 'LINK_UNKNOWN', retryPath: null })];
    expect(still.map(refreshes)).toEqual(still.map(() => false));
  });

  test.each(['javascript:alert(1)', 'http://shop.example/', 'data:text/html,x', '//evil.example', '/back', 'https://user:pass@shop.example/', 'https://', ''])('given the return URL %p, then there is no link', (returnUrl) => {
    expect(result('APPROVED', { returnUrl })).not.toContain('href=');
  });

  test('given an https return URL, then a closed result leads there and an open one does not', () => {
    expect(result('DECLINED')).toContain('href="https://shop.example/back?order&#61;7"');
    expect(result('IN_PROGRESS')).not.toContain('shop.example');
  });

  test('given a result that is not an approval, then no amount and no payee stand on it', () => {
    for (const state of STATES.filter((each) => each !== 'APPROVED')) expect(result(state)).not.toMatch(/Ñandú|247|ES91/);
    expect(result('APPROVED')).toMatch(/Ñandú[^]*ES91 2100/);
  });

  test.each(PAGE_LANGUAGES)('a declined result in %s names no element of the authentication', (language) => {
    expect(result('DECLINED', { locale: pageLocale(language) }).split('</style>')[1]).not.toMatch(/face|liveness|device|gesicht|gerät|cara|rostro|visage|volto|viso|gezicht|toestel|rosto|twarz|urządzeni|selfie|camera|kamera|cámara/i);
  });
});

describe('headers', () => {
  const headers = pageHeaders(['https://verify.didit.me/session/abc', 'http://127.0.0.1:3005', 'https://verify.didit.me']);

  test('the policy allows this one stylesheet, our own and the vendor’s origin as targets of forms, and nothing else', () => {
    const style = /<style>([^]*?)<\/style>/.exec(approval(payment()))?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self' https://verify.didit.me http://127.0.0.1:3005; base-uri 'none'; frame-ancestors 'none'`,
    );
  });

  test('the page is not stored, framed, sniffed, and its address goes to no other origin', () => {
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'same-origin', 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
  });

  test.each(['not a url', 'javascript:alert(1)', '', "https://x.example; script-src 'unsafe-inline'"])('given %p as a vendor origin, then no policy is made', (origin) => {
    expect(() => pageHeaders([origin])).toThrow('vendor origin');
  });

  test('no page loads anything: no script, no source, no import, no url()', () => {
    for (const markup of [approval(payment()), result('APPROVED'), result('IN_PROGRESS')]) expect(markup).not.toMatch(/<script|\ssrc=|@import|url\(|<link|<iframe|\sstyle=/i);
  });
});
