import { vendorLanguage } from './language';

describe('language of the hosted page', () => {
  it.each([
    ['en', 'en'],
    ['de-AT', 'de'],
    ['pt-BR', 'pt-BR'],
    ['PT-br', 'pt-BR'],
    ['pt-PT', 'pt'],
    ['nb-NO', 'no'],
    ['zh-Hant-HK', 'zh-TW'],
    ['zh-HK', 'zh-TW'],
    ['zh-Hans', 'zh-CN'],
    ['sr-Latn-RS', 'sr'],
  ])('%s → %s', (locale, expected) => expect(vendorLanguage(locale)).toBe(expected));

  it.each(['', 'tlh', 'x', 'eo-XX'])('%j has none', (locale) => expect(vendorLanguage(locale)).toBeNull());
});
