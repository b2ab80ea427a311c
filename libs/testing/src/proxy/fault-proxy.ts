import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

export interface ProxyOptions {
  /** Default: a free one. */
  readonly port?: number;
  /**
   * Changes what the server says before the client hears it; given all bytes of one direction of one connection, in order. Kafka's clients go on
   * to the address that the broker names, so its answers must name the proxy (`namingTheProxy`).
   */
  readonly rewrite?: () => (bytes: Buffer) => Buffer;
}

/** What the network does to a connection. */
export type Weather =
  | { readonly kind: 'calm' }
  /** Every byte waits. */
  | { readonly kind: 'slow'; readonly latencyMs: number }
  /** Bytes go nowhere, in both directions, and nobody is told: no FIN, no RST. */
  | { readonly kind: 'black-hole' }
  /** Questions arrive, answers do not. */
  | { readonly kind: 'answers-lost' }
  /** New connections are reset. */
  | { readonly kind: 'refusing' };

const LOSSY: ReadonlySet<Weather['kind']> = new Set(['black-hole', 'answers-lost']);

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  weather: Weather;
}

/** A TCP proxy that makes bad networks: for tests, between a service and what it depends on. */
export class FaultProxy {
  private readonly links = new Set<Link>();
  private weather: Weather = { kind: 'calm' };

  private constructor(
    private readonly listener: Server,
    private readonly target: ProxyTarget,
    private readonly options: ProxyOptions,
  ) {
    listener.on('connection', (client) => this.accept(client));
  }

  /** Listens on loopback. */
  static async listen(target: ProxyTarget, options: ProxyOptions = {}): Promise<FaultProxy> {
    const listener = createServer({ noDelay: true });
    const proxy = new FaultProxy(listener, target, options);
    listener.listen(options.port ?? 0, '127.0.0.1');
    await once(listener, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.links.size;
  }

  /** From now on, for new connections and for those that there are. A connection that lost bytes stays broken: it is cut when the weather clears. */
  set(weather: Weather): void {
    const lost = LOSSY.has(this.weather.kind);
    this.weather = weather;
    for (const link of this.links) link.weather = weather;
    if (lost && !LOSSY.has(weather.kind)) this.cut();
  }

  /** Resets connections: all, or those that `choose` picks. Returns how many. */
  cut(choose: () => boolean = () => true): number {
    let count = 0;
    for (const { client, server } of this.links) {
      if (!choose()) continue;
      client.resetAndDestroy();
      server.resetAndDestroy();
      count += 1;
    }
    return count;
  }

  async close(): Promise<void> {
    const closed = once(this.listener, 'close');
    this.listener.close();
    this.cut();
    await closed;
  }

  private accept(client: Socket): void {
    if (this.weather.kind === 'refusing') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const server = connect({ host: this.target.host, port: this.target.port, noDelay: true });
    const link: Link = { client, server, weather: this.weather };
    this.links.add(link);
    const rewrite = this.options.rewrite?.() ?? ((bytes: Buffer) => bytes);
    this.pump(link, client, server, (bytes) => bytes, (weather) => weather.kind === 'black-hole');
    this.pump(link, server, client, rewrite, (weather) => weather.kind === 'black-hole' || weather.kind === 'answers-lost');
    const end = (): void => {
      this.links.delete(link);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
  }

  private pump(link: Link, from: Socket, to: Socket, change: (bytes: Buffer) => Buffer, loses: (weather: Weather) => boolean): void {
    from.on('data', (bytes: Buffer) => {
      if (loses(link.weather)) return;
      const changed = change(bytes);
      if (changed.length === 0) return;
      if (link.weather.kind !== 'slow') {
        this.pass(from, to, changed);
        return;
      }
      from.pause();
      setTimeout(() => {
        from.resume();
        this.pass(from, to, changed);
      }, link.weather.latencyMs);
    });
    from.on('end', () => {
      if (!loses(link.weather)) to.end();
    });
  }

  private pass(from: Socket, to: Socket, bytes: Buffer): void {
    if (to.destroyed || to.write(bytes)) return;
    from.pause();
    to.once('drain', () => from.resume());
  }
}
