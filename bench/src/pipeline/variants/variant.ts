import type { Engines } from '../engines';
import type { Child } from '../child';

export type VariantName = 'ours' | 'bare' | 'usual' | 'careful';

/** Where the driver meets a running variant. */
export interface Running {
  readonly topics: Readonly<Record<'requested' | 'decided' | 'session' | 'verdict', string>>;
  readonly webhooksTo: string;
  /** Process ids by name, for CPU. */
  readonly processes: Readonly<Record<string, number>>;
  /** The database whose commits count. */
  readonly database: string;
  /** Events in the ledger. */
  recorded(): Promise<number>;
  stop(): Promise<void>;
}

export interface VariantContext {
  readonly engines: Engines;
  readonly vendor: Child;
  readonly vendorUrl: string;
}

/** One way to build the pipeline, started anew for every turn. */
export interface Variant {
  readonly name: VariantName;
  start(context: VariantContext): Promise<Running>;
}
