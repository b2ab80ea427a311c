import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { GatewayTopology } from '@assent/contracts';
import { ConfigError, type ConfigProblem } from '../config/define-config';
import { type ApiKeyEntry, type AuthenticatedGateway, DEFAULT_VENDOR_DATA, Gateway } from './gateway';
import { type GatewayEntry, gatewaysFile } from './gateways-file';
import { vendorDataCollisions } from './vendor-data-must-not-collide';

const PRESENTED_KEY = /^[\x21-\x7e]{16,512}$/;

interface KnownKey extends AuthenticatedGateway {
  readonly digest: Buffer;
}

/** The gateways of a deployment: who they are, whose topics, which keys. Read once, at the start. */
export class GatewayRegistry {
  readonly topology: GatewayTopology;
  readonly #gateways: ReadonlyMap<string, Gateway>;
  readonly #keys: ReadonlyMap<string, KnownKey>;

  private constructor(entries: readonly GatewayEntry[]) {
    this.#gateways = new Map(entries.map((entry) => [entry.id, toGateway(entry)]));
    this.#keys = new Map(entries.flatMap((entry) => entry.apiKeys.map((key) => [key.sha256, this.#knownKey(entry.id, key)])));
    this.topology = topologyOf(entries);
  }

  /** The registry of a program that serves no gateways. */
  static none(): GatewayRegistry {
    return new GatewayRegistry([]);
  }

  /** @throws ConfigError naming the file and every wrong field */
  static load(file: string): GatewayRegistry {
    let content: string;
    try {
      content = readFileSync(file, 'utf8');
    } catch (error) {
      const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error';
      throw new ConfigError('The registry of gateways', [{ variable: 'GATEWAYS_FILE', message: `names a file that cannot be read (${code}): ${file}` }]);
    }
    return GatewayRegistry.parse(content, file);
  }

  /** @throws ConfigError naming every wrong field, and no key */
  static parse(content: string, name = 'gateways'): GatewayRegistry {
    let json: unknown;
    try {
      json = JSON.parse(content);
    } catch {
      throw new ConfigError(`The registry of gateways (${name})`, [{ variable: 'the file', message: 'is not JSON' }]);
    }
    const parsed = gatewaysFile.safeParse(json);
    const problems = parsed.success
      ? acrossEntries(parsed.data.gateways)
      : parsed.error.issues.map(({ path, message }) => ({ variable: fieldPath(path), message }));
    if (!parsed.success || problems.length > 0) throw new ConfigError(`The registry of gateways (${name})`, problems);
    return new GatewayRegistry(parsed.data.gateways);
  }

  list(): Gateway[] {
    return [...this.#gateways.values()];
  }

  has(id: string): boolean {
    return this.#gateways.has(id);
  }

  /** Null for an id that the file does not name. */
  get(id: string): Gateway | null {
    return this.#gateways.get(id) ?? null;
  }

  /** Null for an id that the file does not name. */
  namespaceOf(id: string): string | null {
    return this.get(id)?.namespace ?? null;
  }

  /**
   * Whose key this is, or null. The key is hashed before it is looked up, so the time that the look-up takes says nothing about
   * any stored key; the digests are then compared in constant time.
   */
  byApiKey(presented: string): AuthenticatedGateway | null {
    if (!PRESENTED_KEY.test(presented)) return null;
    const digest = createHash('sha256').update(presented, 'utf8').digest();
    const known = this.#keys.get(digest.toString('hex'));
    if (known === undefined || !timingSafeEqual(known.digest, digest)) return null;
    return { gateway: known.gateway, keyId: known.keyId, scopes: known.scopes };
  }

  #knownKey(gatewayId: string, key: ApiKeyEntry): KnownKey {
    const gateway = this.#gateways.get(gatewayId);
    if (gateway === undefined) throw new Error('invariant broken: a key belongs to a gateway of the file');
    return { gateway, keyId: key.id, scopes: new Set(key.scopes), digest: Buffer.from(key.sha256, 'hex') };
  }
}

const toGateway = (entry: GatewayEntry): Gateway =>
  new Gateway(entry.id, entry.namespace ?? entry.id, entry.kafka, entry.returnOrigins, entry.vendorData ?? DEFAULT_VENDOR_DATA);

/** Sorted, so that every service creates and reads the same topics whatever the order in the file. */
const topologyOf = (entries: readonly GatewayEntry[]): GatewayTopology => ({
  kafkaGateways: entries.filter((entry) => entry.kafka).map((entry) => entry.id).sort(),
});

function fieldPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the file';
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`)).join('');
}

/** Rules over several entries: nothing may be ambiguous. */
function acrossEntries(entries: readonly GatewayEntry[]): ConfigProblem[] {
  const keys = entries.flatMap((entry, g) => entry.apiKeys.map((key, k) => ({ ...key, at: `gateways[${g}].apiKeys[${k}]` })));
  return [
    ...repeated(entries.map((entry, g) => ({ value: entry.id, at: `gateways[${g}].id` }))),
    ...repeated(keys.map(({ id, at }) => ({ value: id, at: `${at}.id` }))),
    ...repeated(keys.map(({ sha256, at }) => ({ value: sha256, at: `${at}.sha256` }))),
    ...vendorDataCollisions(entries.map(toGateway)),
  ];
}

function repeated(items: readonly { value: string; at: string }[]): ConfigProblem[] {
  const first = new Map<string, string>();
  return items.flatMap(({ value, at }): ConfigProblem[] => {
    const earlier = first.get(value);
    if (earlier === undefined) {
      first.set(value, at);
      return [];
    }
    return [{ variable: at, message: `must be unique, but is the same as ${earlier}` }];
  });
}
