import { Secret } from '../secret';
import { ConfigError, type ConfigProblem, defineConfig, type Environment, type Loadable } from './define-config';
import { choice, flag, httpOrigin, httpUrl, list, secretKey, secretText, variable, wholeNumber } from './variable';

const about = { description: 'What it is for.', example: null };

function problemsOf(definition: Loadable<unknown>, environment: Environment): readonly ConfigProblem[] {
  try {
    definition.load(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const sample = defineConfig('sample', {
  HTTP_PORT: variable(wholeNumber(0, 65_535).default(3000), about),
  DATABASE_URL: variable(secretText(12), about),
  ALLOW_SINGLE_FACTOR: variable(flag().default(false), about),
  KEY_32: variable(secretKey(32), about),
});
const KEY = Buffer.alloc(32, 1).toString('base64');
const good = { DATABASE_URL: 'postgres://a:b@c/d', KEY_32: KEY };

describe('loadConfig', () => {
  it('given good variables, then the configuration is typed, named in camel case, frozen, and defaults are filled in', () => {
    const config = sample.load(good);
    expect(Object.keys(config)).toEqual(['httpPort', 'databaseUrl', 'allowSingleFactor', 'key32']);
    expect([config.httpPort, config.allowSingleFactor]).toEqual([3000, false]);
    expect(config.databaseUrl).toBeInstanceOf(Secret);
    expect(config.databaseUrl.reveal()).toBe('postgres://a:b@c/d');
    expect(config.key32.reveal()).toEqual(Buffer.alloc(32, 1));
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('given several wrong and missing variables, then all are named at once, with the cure and without the value', () => {
    const wrong = { HTTP_PORT: '70000', ALLOW_SINGLE_FACTOR: 'yes', KEY_32: 'c2hvcnQ=' };
    expect(problemsOf(sample, wrong)).toEqual([
      { variable: 'HTTP_PORT', message: 'must be a whole number from 0 to 65535' },
      { variable: 'DATABASE_URL', message: 'is missing. What it is for.' },
      { variable: 'ALLOW_SINGLE_FACTOR', message: 'must be true or false' },
      { variable: 'KEY_32', message: 'must be 32 bytes in base64 (openssl rand -base64 32)' },
    ]);
    expect(() => sample.load(wrong)).toThrow(/^The configuration of sample is not usable:\n {2}HTTP_PORT must be/);
  });

  it('given a secret that is wrong, then the error does not repeat it', () => {
    const problems = problemsOf(sample, { ...good, DATABASE_URL: 'hunter2 ' });
    expect(problems.map(({ variable: name }) => name)).toEqual(['DATABASE_URL']);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('given an empty variable, then it counts as unset', () => {
    expect(sample.load({ ...good, HTTP_PORT: '' }).httpPort).toBe(3000);
    expect(problemsOf(sample, { ...good, DATABASE_URL: '' })).toEqual([{ variable: 'DATABASE_URL', message: 'is missing. What it is for.' }]);
  });

  it('given an example key, then development takes it and production refuses it, whatever its encoding', () => {
    const definition = defineConfig('sample', {
      NODE_ENV: variable(choice(['production', 'development']).default('production'), about),
      KEY: variable(secretKey(32), about),
      TOKEN: variable(secretText(8), about),
      TOKENS: variable(secretText(8).transform((one) => [one]), about),
    });
    const examples = { KEY: Buffer.from('example-only signing............').toString('base64'), TOKEN: 'example-only-token', TOKENS: 'example-only-token' };
    expect(problemsOf(definition, { ...examples, NODE_ENV: 'development' })).toEqual([]);
    expect(problemsOf(definition, { ...examples, NODE_ENV: 'production' }).map(({ variable: name }) => name)).toEqual(['KEY', 'TOKEN', 'TOKENS']);
    expect(problemsOf(definition, examples)).toHaveLength(3);
  });

  it('given a rule over several variables that is broken, then it is named like any other', () => {
    const definition = defineConfig('sample', { A: variable(wholeNumber(0, 9), about), B: variable(wholeNumber(0, 9), about) }, [
      ({ a, b }) => (a < b ? [] : [{ variable: 'B', message: 'must be above A' }]),
    ]);
    expect(problemsOf(definition, { A: '1', B: '2' })).toEqual([]);
    expect(problemsOf(definition, { A: '2', B: '1' })).toEqual([{ variable: 'B', message: 'must be above A' }]);
  });
});

describe('kinds of variables', () => {
  const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: string): boolean => schema.safeParse(value).success;

  it.each(['', ' 1', '1 ', '1.5', '1e3', '0x10', 'Infinity', 'NaN', '-1', '10', '9007199254740993'])('given %j for a whole number from 0 to 9, then it is refused', (value) => {
    expect(accepts(wholeNumber(0, 9), value)).toBe(false);
  });

  it.each(['TRUE', 'True', 'yes', '1', 'on', ' true', ''])('given %j for a flag, then it is refused rather than read as no', (value) => {
    expect(accepts(flag(), value)).toBe(false);
  });

  it.each(['ftp://a.example', 'javascript:alert(1)', '//a.example', 'a.example', 'https://user:pass@a.example', 'https://a.example/?q=1', 'https://a.example/#f'])(
    'given %j for a URL, then it is refused',
    (value) => expect(accepts(httpUrl(), value)).toBe(false),
  );

  it.each(['https://a.example/path', 'HTTPS://a.example', 'https://A.example', 'https://a.example:443'])('given %j for an origin, then it is refused', (value) => {
    expect(accepts(httpOrigin(), value)).toBe(false);
  });

  it('given an origin with a slash behind it, then it is the origin', () => {
    expect(httpOrigin().parse('https://a.example/')).toBe('https://a.example');
  });

  it.each([
    ['31 bytes', Buffer.alloc(31).toString('base64')],
    ['33 bytes', Buffer.alloc(33).toString('base64')],
    ['base64url', Buffer.alloc(32, 255).toString('base64url')],
    ['hex', Buffer.alloc(32).toString('hex')],
    ['a key with a blank in it', `${KEY.slice(0, 10)} ${KEY.slice(11)}`],
    ['a key with a line end', `${KEY}\n`],
    ['a key without its padding', KEY.replace('=', '')],
  ])('given %s for a key of 32 bytes, then it is refused rather than decoded leniently', (_, value) => {
    expect(accepts(secretKey(32), value)).toBe(false);
  });

  it('given a list, then blanks are taken off, and an empty or repeated item is refused', () => {
    const brokers = list(/^[a-z]+:\d+$/, 'must be host:port');
    expect(brokers.parse('a:1, b:2')).toEqual(['a:1', 'b:2']);
    for (const wrong of ['a:1,', ',a:1', 'a:1,a:1', 'a', 'a:1 b:2']) expect(accepts(brokers, wrong)).toBe(false);
  });

  it('given a secret with blanks around it, then it is refused: a copying mistake would only show when a signature fails', () => {
    expect(accepts(secretText(3), ' abcd')).toBe(false);
    expect(accepts(secretText(3), 'abcd\n')).toBe(false);
  });
});
