/** What an API key may do. Closed: a scope that is not here is a mistake in the file. */
export const SCOPES = ['authentications:write', 'authentications:read', 'codes:redeem', 'portrait:write', 'exemptions:explain', 'policies:read', 'policies:write', 'evidence:read'] as const;
export type Scope = (typeof SCOPES)[number];

/** How `vendor_data` is written where a gateway says nothing: unique over all payers of all gateways. */
export const DEFAULT_VENDOR_DATA = '<namespace>/<payerId>';

export interface ApiKeyEntry {
  /** Names the key in logs and in the file; says nothing of the key itself. */
  readonly id: string;
  /** SHA-256 of the key, lower-case hex. Keys are random and long, so a fast hash without salt is enough. */
  readonly sha256: string;
  readonly scopes: readonly Scope[];
}

/** Characters that every reader of URLs takes alike. Browsers read a backslash as a slash and skip line ends; others do not. */
const PLAIN_URL = /^[\x21-\x5b\x5d-\x7e]{1,2000}$/;

/** A payment company that uses Assent, as the registry file describes it. */
export class Gateway {
  readonly #returnOrigins: ReadonlySet<string>;

  constructor(
    readonly id: string,
    /** Whose payers and instruments these are: two gateways with one namespace speak of the same people. */
    readonly namespace: string,
    /** Whether it reads and writes Kafka itself; else it uses only REST. */
    readonly kafka: boolean,
    readonly returnOrigins: readonly string[],
    readonly vendorDataTemplate: string,
  ) {
    this.#returnOrigins = new Set(returnOrigins);
  }

  /** Didit's `vendor_data` of a payer. */
  vendorData(payerId: string): string {
    return this.vendorDataTemplate.replace('<namespace>', () => this.namespace).replace('<payerId>', () => payerId);
  }

  /** Whether the payer's browser may be sent there afterwards: https, and the origin is on the list, exactly. */
  allowsReturn(url: string): boolean {
    if (!PLAIN_URL.test(url) || !URL.canParse(url)) return false;
    const { protocol, origin, username, password } = new URL(url);
    return protocol === 'https:' && username === '' && password === '' && this.#returnOrigins.has(origin);
  }
}

/** Who called: the gateway of the presented key, and what that key may do. */
export interface AuthenticatedGateway {
  readonly gateway: Gateway;
  readonly keyId: string;
  readonly scopes: ReadonlySet<Scope>;
}
