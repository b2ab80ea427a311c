import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool } from 'undici';

/** The vendor's calls over kept-alive connections. A connection that the other side has just closed is tried once more. */
export function vendorClient(origin: string): (method: 'GET' | 'POST', path: string, body?: object) => Promise<Record<string, unknown>> {
  const pool = new Pool(origin, { connections: 64, keepAliveTimeout: 3000 });
  const once = async (method: 'GET' | 'POST', path: string, body?: object): Promise<Record<string, unknown>> => {
    const answer = await pool.request(body === undefined ? { method, path } : { method, path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    return (await answer.body.json()) as Record<string, unknown>;
  };
  return (method, path, body) => once(method, path, body).catch(() => once(method, path, body));
}

/** A server that hands over whole bodies; returns when it listens. */
export function serve(port: number, handle: (request: IncomingMessage, body: Buffer, response: ServerResponse) => void): Promise<void> {
  const server = createServer({ keepAliveTimeout: 30_000 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => handle(request, Buffer.concat(chunks), response));
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
}

export function end(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, headers);
  response.end();
}
