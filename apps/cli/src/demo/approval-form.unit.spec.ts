import { approvalForm } from './approval-form';

const page = 'https://pay.example/approve/token';

describe('the form of an approval page', () => {
  it('given two forms, is the one that is asked for, with its hidden fields', () => {
    const html = `<form method="post" action="/approve/token/confirm"><input type="hidden" name="shown" value="a&amp;b"><button type="submit">Pay</button></form>
      <form method="post" action="/approve/token/refuse"><input type="hidden" name="shown" value="c"></form>`;
    expect(approvalForm(html, page, '/confirm')).toEqual({ url: 'https://pay.example/approve/token/confirm', fields: new URLSearchParams({ shown: 'a&b' }) });
    expect(approvalForm(html, page, '/refuse')?.fields.get('shown')).toBe('c');
  });

  it("given other quotes and order of attributes, reads the same", () => {
    const html = `<FORM action='/approve/token/confirm' method=post><INPUT value='x' name='shown' type='hidden'></FORM>`;
    expect(approvalForm(html, page, '/confirm')?.fields.get('shown')).toBe('x');
  });

  it('given a page without such a form (a result, an expired link), is none', () => {
    expect(approvalForm('<p>This link is no longer valid.</p>', page, '/confirm')).toBeNull();
    expect(approvalForm('<form action="/other"></form>', page, '/confirm')).toBeNull();
  });
});
