/** What a browser gets and sends, without a browser: our pages work without script. */
export interface Page {
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
  /** The hash of what the page showed, from its forms. */
  readonly shown: string;
}

export async function openPage(approvalUrl: string, init: RequestInit = {}): Promise<Page> {
  const answer = await fetch(approvalUrl, { redirect: 'manual', ...init });
  const html = await answer.text();
  return { status: answer.status, html, headers: answer.headers, shown: /name="shown" value="([^"]+)"/.exec(html)?.[1] ?? '' };
}

/** Posts one of the page's two forms, as a browser on our own origin would. */
export function postForm(approvalUrl: string, choice: 'confirm' | 'refuse', shown: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${approvalUrl}/${choice}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(approvalUrl).origin, 'sec-fetch-site': 'same-origin', ...headers },
    body: new URLSearchParams({ shown }).toString(),
  });
}

/** Opens the page, confirms what it shows, and gives back where the browser is sent. */
export async function confirm(approvalUrl: string): Promise<string> {
  const page = await openPage(approvalUrl);
  const answer = await postForm(approvalUrl, 'confirm', page.shown);
  const location = answer.headers.get('location');
  if (answer.status !== 303 || location === null) throw new Error(`the confirmation was answered ${answer.status}: ${await answer.text()}`);
  return location;
}
