import { EVENTS } from './events/registry';
import { TOPICS, deadLetterTopic, describeTopic, topicFor, topicSpecs, topicsOf } from './topics';

const ONE = { kafkaGateways: ['demo'] };
const TWO = { kafkaGateways: ['demo', 'other'] };

describe('which topic a message goes to', () => {
  it('is the plain one for one Kafka gateway and any number of REST gateways', () => {
    for (const name of TOPICS) expect([topicFor(name, 'demo', ONE), topicFor(name, 'rest-only', ONE), topicFor(name, 'demo', { kafkaGateways: [] })]).toEqual([name, name, name]);
  });

  it("is each Kafka gateway's own where there are several, so that none reads another's codes", () => {
    const own = TOPICS.filter((name) => topicFor(name, 'demo', TWO) === `${name}.demo`);
    expect(own).toEqual(['sca.requested', 'sca.session', 'sca.verdict', 'sca.revoked', 'payment.outcome']);
    expect(topicFor('sca.verdict', 'rest-only', TWO)).toBe('sca.verdict');
    expect(topicsOf('sca.verdict', TWO)).toEqual(['sca.verdict', 'sca.verdict.demo', 'sca.verdict.other']);
  });

  it('can be read back from its name', () => {
    for (const name of TOPICS) {
      for (const topic of topicsOf(name, TWO)) {
        const gatewayId = topic === name ? null : topic.slice(name.length + 1);
        expect(describeTopic(topic)).toEqual({ name, gatewayId, deadLetter: false });
        expect(describeTopic(deadLetterTopic(topic))).toEqual({ name, gatewayId, deadLetter: true });
      }
    }
  });

  it.each(['', 'orders', 'sca', 'sca.request', 'sca.decided.demo', 'audit.entry.x', 'xsca.verdict', 'toString'])('nothing else is a topic: %j', (topic) => {
    expect(describeTopic(topic)).toBeNull();
  });
});

describe('the topics that must exist', () => {
  it('are all of them, each with its dead letters, on the broker clock', () => {
    const specs = topicSpecs(TWO);
    const names = specs.map(({ topic }) => topic);
    expect(new Set(names).size).toBe(names.length);
    for (const topic of TOPICS.flatMap((name) => topicsOf(name, TWO))) expect(names).toEqual(expect.arrayContaining([topic, deadLetterTopic(topic)]));
    for (const { config } of specs) expect(config).toMatchObject({ 'message.timestamp.type': 'LogAppendTime', 'cleanup.policy': 'delete' });
  });

  it('a log has one order, and dead letters are kept as long as their origin', () => {
    const specs = new Map(topicSpecs(ONE, 12).map((spec) => [spec.topic, spec]));
    expect(specs.get('audit.entry')?.partitions).toBe(1);
    expect(specs.get('audit.checkpoint')?.partitions).toBe(1);
    expect(specs.get('sca.requested')?.partitions).toBe(12);
    for (const name of TOPICS) expect(specs.get(deadLetterTopic(name))?.config['retention.ms']).toBe(specs.get(name)?.config['retention.ms']);
  });

  it('each carry one event', () => {
    expect(Object.values(EVENTS).map(({ topic }) => topic).sort()).toEqual([...TOPICS].sort());
  });
});
