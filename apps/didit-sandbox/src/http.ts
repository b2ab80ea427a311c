import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a handler answers: data, so that faults and tests can look at it before it becomes bytes. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const json = (status: number, value: unknown, headers?: Readonly<Record<string, string>>): Answer => ({
  status,
  contentType: 'application/json',
  body: JSON.stringify(value),
  ...(headers === undefined ? {} : { headers }),
});
export const html = (status: number, body: string): Answer => ({ status, contentType: 'text/html; charset=utf-8', body });
export const text = (status: number, body: string, contentType = 'text/plain; charset=utf-8'): Answer => ({ status, contentType, body });
export const redirect = (status: 301 | 303, location: string): Answer => ({ status, contentType: 'text/html; charset=utf-8', body: '', headers: { location } });
export const noContent = (): Answer => ({ status: 204, contentType: 'text/plain', body: '' });

/** The vendor's router answers what it does not know in HTML, not in JSON. */
export const routerNotFound = (): Answer => html(404, ROUTER_NOT_FOUND);
const ROUTER_NOT_FOUND = `<!doctype html>
<html lang="en"><head><title>Not Found</title></head><body><h1>Not Found</h1><p>The requested resource was not found on this server.</p></body></html>
`;
export const detail = (status: number, message: string): Answer => json(status, { detail: message });

export function send(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body, 'utf8');
  response.writeHead(answer.status, {
    ...(answer.status === 204 ? {} : { 'content-type': answer.contentType, 'content-length': body.length }),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...answer.headers,
  });
  response.end(answer.status === 204 ? undefined : body);
}

/** The whole body, or null where it is larger than `bytesMax`. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= bytesMax) chunks.push(chunk);
  }
  return size > bytesMax ? null : Buffer.concat(chunks);
}

export const escapeHtml = (value: string): string => value.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
