/** What the processes of a peer are started with, as JSON in one variable: a peer has no configuration of its own to speak of. */
export interface PeerSettings {
  readonly brokers: readonly string[];
  readonly databaseUrl: string;
  /** Part of every topic's and group's name, so that runs do not meet. */
  readonly run: string;
  readonly vendorUrl: string;
  readonly workflowId: string;
  readonly webhookSecret: string;
  readonly sessionPort: number;
  readonly ingestPort: number;
  /** Inbox, state and outbox in one transaction, and a relay that polls. */
  readonly careful: boolean;
}

export const PEER_VARIABLE = 'BENCH_PEER';

export const peerSettings = (): PeerSettings => JSON.parse(process.env[PEER_VARIABLE] ?? '{}') as PeerSettings;

/** The five hops of the way. */
export const HOPS = ['requested', 'decided', 'session', 'event', 'verdict'] as const;
export type Hop = (typeof HOPS)[number];

export const topicOf = (hop: Hop, { run }: Pick<PeerSettings, 'run'>): string => `bench.${run}.${hop}`;

export const ROLES = ['engine', 'session', 'ingest', 'ledger'] as const;
export type Role = (typeof ROLES)[number];
