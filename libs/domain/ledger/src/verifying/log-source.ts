import type { Result } from '@assent/kernel';
import type { Hash } from '../tree/hash';
import type { ConsistencyProof, InclusionProof } from '../tree/verify-proof';

export interface LogDescription {
  readonly logId: string;
  readonly origin: string;
  readonly verifierKey: string;
}

/** One entry as the log tells it. Nothing of it is believed before it is checked. */
export interface SourceEntry {
  readonly index: number;
  readonly leafHash: Hash | null;
  readonly leaf: string;
}

/** Why there is no answer, in the log's own words. An answer all the same: the log was reached. */
export interface NoAnswer {
  readonly code: string;
}

/** Where a log is read from. @throws LogUnreachable when nothing answers */
export interface LogSource {
  logs(): Promise<LogDescription[]>;
  /** The last signed note, or the last of at most `sizeMax` leaves. */
  checkpoint(log: string, sizeMax?: number): Promise<Result<string, NoAnswer>>;
  /** Entries from `from` on, at most up to `to`; maybe fewer, at least one unless there are none. */
  entries(log: string, from: number, to: number): Promise<Result<SourceEntry[], NoAnswer>>;
  inclusion(log: string, index: number, size: number): Promise<Result<InclusionProof & { readonly leafHash: Hash }, NoAnswer>>;
  consistency(log: string, from: number, to: number): Promise<Result<ConsistencyProof, NoAnswer>>;
}

/** The ledger could not be asked: says nothing about the log. */
export class LogUnreachable extends Error {
  override readonly name = 'LogUnreachable';
}
