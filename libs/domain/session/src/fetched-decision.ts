/** One liveness or face-match check of a fetched decision. */
export interface BiometricResult {
  /** As the vendor wrote it; only `Approved`, exactly, is an approval. */
  readonly status: string;
}

/** A decision that was read from the vendor's decision endpoint: the only thing that can approve. */
export interface FetchedDecision {
  readonly vendorSessionId: string;
  readonly status: string;
  readonly environment: string | null;
  readonly workflowId: string | null;
  readonly vendorData: string | null;
  /** As the vendor echoes it; compared, never coerced. */
  readonly metadata: unknown;
  /** Null: the check never ran. */
  readonly liveness: readonly BiometricResult[] | null;
  readonly faceMatches: readonly BiometricResult[] | null;
}

/** What a deployment demands of a decision. */
export interface VerdictPolicy {
  /** The demonstration's setting: one factor approves, and the verdict says `SINGLE_FACTOR`. */
  readonly allowSingleFactor: boolean;
  /** Whose sessions count: another environment or workflow may check less, or nothing. */
  readonly environment: string;
  readonly workflowId: string;
}
