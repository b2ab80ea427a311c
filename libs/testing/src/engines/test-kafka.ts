import { randomBytes } from 'node:crypto';
import { type GatewayTopology, topicSpecs } from '@assent/contracts';
import { createTopics } from '@assent/infra';
import { required } from './test-database';

export interface TestKafka {
  readonly brokers: string[];
  /** Put before every topic and group of one test file, so that files never meet. */
  readonly prefix: string;
  /** `<prefix><name>`. */
  name(name: string): string;
  /** Makes topics of this test file, named without the prefix; gives back their full names. */
  createTopics(topics: readonly string[], partitions?: number): Promise<string[]>;
  /** Makes the contract's own topics, under their real names. Idempotent. */
  createContractTopics(topology: GatewayTopology): Promise<void>;
}

/** The broker of the test run, with names of its own for each caller. */
export function testKafka(): TestKafka {
  const brokers = required('ASSENT_TEST_KAFKA_BROKERS').split(',');
  const prefix = `t${randomBytes(5).toString('hex')}.`;
  return {
    brokers,
    prefix,
    name: (name) => `${prefix}${name}`,
    createTopics: async (topics, partitions = 1) => {
      const names = topics.map((topic) => `${prefix}${topic}`);
      await createTopics(brokers, names.map((topic) => ({ topic, partitions, config: { 'message.timestamp.type': 'LogAppendTime' } })));
      return names;
    },
    createContractTopics: async (topology) => {
      await createTopics(brokers, topicSpecs(topology));
    },
  };
}
