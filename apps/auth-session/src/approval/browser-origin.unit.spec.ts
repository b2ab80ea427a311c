import { isOurOwnForm } from './browser-origin';

const OURS = 'https://approve.example';

describe('only our own form counts', () => {
  it.each([
    ['no browser at all', {}, true],
    ['our page', { origin: OURS }, true],
    ['our page, said twice', { origin: OURS, 'sec-fetch-site': 'same-origin' }, true],
    ['our page behind a strict referrer policy', { origin: 'null', 'sec-fetch-site': 'same-origin' }, true],
    ['a typed address', { origin: OURS, 'sec-fetch-site': 'none' }, true],
    ['a sandboxed frame', { origin: 'null' }, false],
    ['another site', { origin: 'https://evil.example' }, false],
    ['a site that begins like ours', { origin: 'https://approve.example.evil' }, false],
    ['another scheme', { origin: 'http://approve.example' }, false],
    ['another port', { origin: 'https://approve.example:444' }, false],
    ['an upper-case origin, which no browser sends', { origin: 'HTTPS://APPROVE.EXAMPLE' }, false],
    ['another site without an origin', { 'sec-fetch-site': 'cross-site' }, false],
    ['a sister site', { origin: OURS, 'sec-fetch-site': 'same-site' }, false],
  ])('given %s, then %p is taken: %p', (_, headers, taken) => {
    expect(isOurOwnForm(headers, OURS)).toBe(taken);
  });
});
