import { describeTopic } from '@assent/contracts';
import type { Admin } from 'kafkajs';
import { operatorKafka, withAdmin } from '../kafka';

export interface ConsumerStatus {
  /** The consumer group; a service's own name. */
  readonly group: string;
  /** `Stable`, `Empty`, `PreparingRebalance`, … as the broker says. */
  readonly state: string;
  readonly members: number;
  /** Messages that are not handled yet. */
  readonly lag: number;
  /** The topics in which there are any. */
  readonly lagByTopic: Readonly<Record<string, number>>;
}

export interface BrokerStatus {
  readonly consumers: readonly ConsumerStatus[];
  /** How many dead letters each topic holds, redriven ones included, until their retention ends. Only topics that hold some. */
  readonly deadLetters: Readonly<Record<string, number>>;
}

type Ends = ReadonlyMap<string, readonly { readonly partition: number; readonly low: string; readonly high: string }[]>;

/** Asks the broker about these consumer groups and about the dead letters. @throws CommandEnd where it cannot be reached */
export async function brokerStatus(brokers: readonly string[], groups: readonly string[]): Promise<BrokerStatus> {
  return withAdmin(operatorKafka(brokers), async (admin) => {
    const topics = (await admin.listTopics()).filter((topic) => describeTopic(topic) !== null);
    const ends: Ends = new Map(await Promise.all(topics.map(async (topic) => [topic, await admin.fetchTopicOffsets(topic)] as const)));
    return { consumers: await consumersOf(admin, groups, ends), deadLetters: deadLettersIn(ends) };
  });
}

async function consumersOf(admin: Admin, wanted: readonly string[], ends: Ends): Promise<ConsumerStatus[]> {
  const known = new Set((await admin.listGroups()).groups.map(({ groupId }) => groupId));
  const groups = wanted.filter((group) => known.has(group));
  if (groups.length === 0) return [];
  const described = new Map((await admin.describeGroups([...groups])).groups.map((group) => [group.groupId, group]));
  return Promise.all(
    groups.map(async (group): Promise<ConsumerStatus> => {
      const lagByTopic = lagOf(await admin.fetchOffsets({ groupId: group }), ends);
      const { state = 'Unknown', members = [] } = described.get(group) ?? {};
      return { group, state, members: members.length, lag: Object.values(lagByTopic).reduce((sum, lag) => sum + lag, 0), lagByTopic };
    }),
  );
}

type Committed = Awaited<ReturnType<Admin['fetchOffsets']>>;

/** From the first message that there is, where a group has committed nothing of a partition yet. */
function lagOf(committed: Committed, ends: Ends): Record<string, number> {
  const lags = committed.map(({ topic, partitions }): [string, number] => {
    const offsets = new Map(partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
    const behind = (ends.get(topic) ?? []).reduce((sum, { partition, low, high }) => {
      const at = offsets.get(partition) ?? -1n;
      const from = at < BigInt(low) ? BigInt(low) : at;
      return sum + Math.max(0, Number(BigInt(high) - from));
    }, 0);
    return [topic, behind];
  });
  return Object.fromEntries(lags.filter(([, lag]) => lag > 0).sort(([a], [b]) => a.localeCompare(b)));
}

function deadLettersIn(ends: Ends): Record<string, number> {
  const counts = [...ends].map(([topic, partitions]): [string, number] => [topic, partitions.reduce((sum, { low, high }) => sum + Number(BigInt(high) - BigInt(low)), 0)]);
  return Object.fromEntries(counts.filter(([topic, count]) => describeTopic(topic)?.deadLetter === true && count > 0).sort(([a], [b]) => a.localeCompare(b)));
}

