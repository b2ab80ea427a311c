import { javaMajor, kafkaVersion } from './kafka-jars';
import { kafkaProperties } from './kafka-properties';

describe('what Java says of itself', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "21" 2023-09-19', 21],
    ['java version "1.8.0_402"', 8],
    ['openjdk version "25-ea" 2025-09-16', 25],
    ['The operation couldn’t be completed. Unable to locate a Java Runtime.', null],
    ['', null],
  ])('%s', (words, major) => {
    expect(javaMajor(words)).toBe(major);
  });
});

describe('the local broker', () => {
  const properties = new Map(kafkaProperties({ brokerPort: 1234, controllerPort: 1235, data: 'data' }).trim().split('\n').map((line) => line.split('=') as [string, string]));

  it('makes no topic by itself, and listens on loopback only', () => {
    expect(properties.get('auto.create.topics.enable')).toBe('false');
    for (const name of ['listeners', 'advertised.listeners']) {
      for (const listener of (properties.get(name) ?? '').split(',')) expect(listener).toContain('://127.0.0.1:');
    }
  });

  it("remembers a group's place longer than a topic keeps its messages", () => {
    const weekMinutes = 7 * 24 * 60;
    expect(Number(properties.get('offsets.retention.minutes'))).toBeGreaterThan(weekMinutes);
  });

  it('is the version that the pom names', () => {
    expect(kafkaVersion()).toMatch(/^4\.\d+\.\d+$/);
    expect(() => kafkaVersion('<project/>')).toThrow('pom.xml');
  });
});
