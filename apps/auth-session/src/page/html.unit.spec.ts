import fc from 'fast-check';
import { html } from './html';

describe('markup that is safe to send', () => {
  test('given each character that can end a text, an attribute or a tag, then it is written as a reference', () => {
    expect(html`<a title="${`<>&"'\`=`}">${`<>&"'\`=`}</a>`.markup).toBe('<a title="&lt;&gt;&amp;&quot;&#39;&#96;&#61;">&lt;&gt;&amp;&quot;&#39;&#96;&#61;</a>');
  });

  test('given any text, then none of those characters is left of it, and a browser reads the text back', () => {
    const references: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"', '&#39;': "'", '&#96;': '`', '&#61;': '=' };
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { markup } = html`${text}`;
      expect(markup).not.toMatch(/[<>"'`=]|&(?!(?:lt|gt|amp|quot|#39|#96|#61);)/);
      expect(markup.replace(/&[^;]+;/g, (reference) => references[reference] ?? '')).toBe(text.toWellFormed());
    }));
  });

  test('given markup inside of markup, lists of it, numbers and nothing, then only texts are escaped', () => {
    const items = ['<a>', 'b'].map((item) => html`<li>${item}</li>`);
    expect(html`<ul>${items}</ul>${null}${7}${html`<br>`}`.markup).toBe('<ul><li>&lt;a&gt;</li><li>b</li></ul>7<br>');
  });
});
