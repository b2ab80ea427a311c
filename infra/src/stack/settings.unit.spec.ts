import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inWorkspace } from '../workspace';
import { settings } from './settings';
import { vendorAccount } from './vendor-account';

const five = { DIDIT_BASE_URL: 'https://verification.didit.me', DIDIT_API_KEY: 'key', DIDIT_WORKFLOW_ID: 'w', DIDIT_WEBHOOK_SECRETS: 's', DIDIT_APPLICATION_ID: 'a' };

describe('which vendor a local stack talks to', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'settings-'));
  const file = path.join(folder, '.env');
  const write = (values: Record<string, string>): void => writeFileSync(file, Object.entries(values).map(([name, value]) => `${name}=${value}\n`).join(''));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('given none of the five variables, the stand-in', () => {
    expect(vendorAccount({})).toBeNull();
    expect(vendorAccount({ DIDIT_ENVIRONMENT: 'sandbox', DIDIT_API_KEY: '' })).toBeNull();
  });

  it('given all five, the real one', () => {
    expect(vendorAccount(five)).toEqual({ ...five, DIDIT_ENVIRONMENT: 'live' });
    expect(vendorAccount({ ...five, DIDIT_ENVIRONMENT: 'sandbox' })?.DIDIT_ENVIRONMENT).toBe('sandbox');
  });

  it.each(Object.keys(five))('given all but %s, neither: the missing one is named', (missing) => {
    expect(() => vendorAccount({ ...five, [missing]: '' })).toThrow(missing);
  });

  it('given an unchanged copy of .env.example, the stand-in with its own settings', () => {
    const example = settings({}, inWorkspace('.env.example'));
    expect(vendorAccount(example)).toBeNull();
    expect(example).toEqual({});
  });

  it('given an account in .env, takes it, and nothing else of services that are started one by one', () => {
    write({ ...five, KAFKA_BROKERS: '127.0.0.1:9092', DATABASE_URL: 'postgres://a@b/c', PUBLIC_BASE_URL: 'https://pay.example', CODE_TTL_SECONDS: '120' });
    expect(settings({}, file)).toEqual({ ...five, PUBLIC_BASE_URL: 'https://pay.example', CODE_TTL_SECONDS: '120' });
  });

  it("given the example's loopback origin in .env, leaves the stack its own", () => {
    write({ ...five, PUBLIC_BASE_URL: 'http://127.0.0.1:3001' });
    expect(settings({}, file)['PUBLIC_BASE_URL']).toBeUndefined();
  });

  it('given a value in both, the environment wins; an empty one counts as not set', () => {
    write(five);
    expect(settings({ DIDIT_API_KEY: 'other', DIDIT_WORKFLOW_ID: '' }, file)).toMatchObject({ DIDIT_API_KEY: 'other', DIDIT_WORKFLOW_ID: 'w' });
  });
});
