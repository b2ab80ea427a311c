import { createServer, type Server } from 'node:net';
import { z } from 'zod';
import { type StateFolder } from './state-folder';

const PORTS_FILE = 'ports.json';
const portsSchema = z.record(z.string(), z.number().int().min(1).max(65_535));

/**
 * A port for each name, the same at every start as long as nobody else has taken it meanwhile. Then another one is chosen, and remembered.
 * All sockets are held until every name has its port, so that no two get the same.
 */
export async function rememberedPorts<Name extends string>(state: StateFolder, names: readonly Name[]): Promise<Record<Name, number>> {
  const parsed = portsSchema.safeParse(state.read(PORTS_FILE));
  const before = parsed.success ? parsed.data : {};
  const held: Server[] = [];
  const ports = { ...before };
  try {
    for (const name of names) {
      const server = (await hold(before[name] ?? 0)) ?? (await hold(0));
      if (server === null) throw new Error('this computer gives out no free TCP port on 127.0.0.1');
      held.push(server);
      ports[name] = portOf(server);
    }
  } finally {
    await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  }
  state.write(PORTS_FILE, ports);
  return ports as Record<Name, number>;
}

/** One free port of the loopback interface. */
export async function freePort(): Promise<number> {
  const server = await hold(0);
  if (server === null) throw new Error('this computer gives out no free TCP port on 127.0.0.1');
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const hold = (port: number): Promise<Server | null> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a listening TCP server has a port');
  return address.port;
}
