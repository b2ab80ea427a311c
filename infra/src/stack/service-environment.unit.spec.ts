import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SERVICE_CONFIGS, loadConfig } from '@assent/platform';
import { type Engines } from '../engines/engine';
import { PROGRAMS, type ProgramName } from '../services';
import { StateFolder } from '../state/state-folder';
import { demoGateway, writeGatewaysFile } from './gateways-file';
import { stackEnvironment } from './service-environment';
import { type StackSecrets, stackSecrets } from './stack-secrets';
import { type VendorAccount } from './vendor-account';

const engines = { postgres: { adminUrl: 'postgres://postgres:owner-password@127.0.0.1:5432/assent' }, kafka: { brokers: ['127.0.0.1:9092'] } } as unknown as Engines;
const ports = Object.fromEntries(PROGRAMS.map((name, index) => [name, 4000 + index])) as Record<ProgramName, number>;
const account: VendorAccount = {
  DIDIT_BASE_URL: 'https://verification.didit.me',
  DIDIT_API_KEY: 'a-real-looking-key',
  DIDIT_WORKFLOW_ID: 'workflow-1',
  DIDIT_WEBHOOK_SECRETS: 'a-new-webhook-secret,an-old-webhook-secret',
  DIDIT_APPLICATION_ID: 'application-1',
  DIDIT_ENVIRONMENT: 'live',
};

describe('the environment of a local stack', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stack-'));
  const state = new StateFolder(folder);
  const secrets: StackSecrets = stackSecrets(state);
  const { file } = writeGatewaysFile(state, [demoGateway(secrets.gatewayApiKey)]);
  const environmentOf = (given: VendorAccount | null, environment: Record<string, string> = {}) =>
    stackEnvironment({ engines, secrets, ports, gatewaysFile: file, account: given, environment });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([...SERVICE_CONFIGS])('gives $service a whole and right configuration', (definition) => {
    for (const given of [null, account]) {
      expect(() => loadConfig(definition as Parameters<typeof loadConfig>[0], environmentOf(given)[definition.service as ProgramName])).not.toThrow();
    }
  });

  it('given the stand-in, both sides of it agree', () => {
    const { 'auth-session': session, 'webhook-ingest': ingest, 'didit-sandbox': sandbox } = environmentOf(null);
    expect([session['DIDIT_API_KEY'], session['DIDIT_WORKFLOW_ID'], ingest['DIDIT_APPLICATION_ID'], ingest['DIDIT_WEBHOOK_SECRETS']]).toEqual([
      sandbox['SANDBOX_API_KEY'],
      sandbox['SANDBOX_WORKFLOW_ID'],
      sandbox['SANDBOX_APPLICATION_ID'],
      sandbox['SANDBOX_WEBHOOK_SECRET'],
    ]);
    expect(session['DIDIT_BASE_URL']).toBe(`http://127.0.0.1:${sandbox['HTTP_PORT']}`);
    expect(sandbox['SANDBOX_WEBHOOK_URL']).toBe(`http://127.0.0.1:${ingest['HTTP_PORT']}/webhooks/didit`);
  });

  it('given the real vendor, one factor is not enough unless somebody says so', () => {
    expect(environmentOf(null)['auth-session']['ALLOW_SINGLE_FACTOR']).toBe('true');
    expect(environmentOf(account)['auth-session']['ALLOW_SINGLE_FACTOR']).toBe('false');
    expect(environmentOf(account, { ALLOW_SINGLE_FACTOR: 'true' })['auth-session']['ALLOW_SINGLE_FACTOR']).toBe('true');
  });

  it("gives no program the owner's log-in, another program's secrets, or anything of the caller's environment that it need not know", () => {
    const environments = environmentOf(null, { AWS_SECRET_ACCESS_KEY: 'leak', DATABASE_URL: 'postgres://owner@host/db', NODE_OPTIONS: '--inspect' });
    for (const [name, environment] of Object.entries(environments)) {
      const text = JSON.stringify(environment);
      expect([name, text.includes('leak'), text.includes('owner-password'), text.includes('owner@host'), text.includes('--inspect')]).toEqual([name, false, false, false, false]);
    }
    expect(JSON.stringify(environments['webhook-ingest'])).not.toContain(secrets.codeKeyEncryptionKey);
    expect(JSON.stringify(environments['exemption-engine'])).not.toContain(secrets.sandboxWebhookSecret);
  });

  it('makes secrets once, and keeps them', () => {
    expect(stackSecrets(state)).toEqual(secrets);
    expect(new Set(Object.values(secrets)).size).toBe(Object.values(secrets).length);
  });
});
