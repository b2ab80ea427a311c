import type { ConsumerConfig } from 'kafkajs';

/**
 * A consumer that dies is replaced within seconds, so the session timeout is short; nothing a handler does takes long, and its
 * heartbeat goes on meanwhile. Small fetches keep a batch far below the rebalance timeout (reliability section 8).
 */
export const consumerSettings = (groupId: string, mayRestart: () => boolean): ConsumerConfig => ({
  groupId,
  sessionTimeout: 6000,
  heartbeatInterval: 1500,
  rebalanceTimeout: 15_000,
  maxBytesPerPartition: 262_144,
  maxBytes: 4_194_304,
  maxWaitTimeInMs: 50,
  metadataMaxAge: 60_000,
  allowAutoTopicCreation: false,
  // A consumer that is disconnected while it joins crashes and would start again, behind everybody's back, with partitions.
  retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 5, restartOnFailure: () => Promise.resolve(mayRestart()) },
});

/** All partitions of a fetch are handed over at once, so that the pipeline can put them into one transaction. */
export const PARTITIONS_AT_ONCE = 256;
/** While a transaction waits (an outage, a lock), the group must hear of us. */
export const HEARTBEAT_MS = 1000;
/** No heartbeat and no fetch for so long means a consumer that stands still without saying so (kafkajs #659). */
export const STALLED_AFTER_MS = 30_000;
