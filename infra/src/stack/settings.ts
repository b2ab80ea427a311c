import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { inWorkspace } from '../workspace';
import { TUNABLE } from './service-environment';
import { VENDOR_VARIABLES } from './vendor-account';

type Environment = Readonly<Record<string, string | undefined>>;

/** The keys of .env.example begin like this: a copy of that file names the local stand-in, and ports that a local stack does not use. */
const EXAMPLE = 'example-only';

/**
 * What a local stack is told from outside: the process's environment, and from `.env` the account at the vendor with what belongs to it. The rest of
 * that file (ports, databases, keys) is for services that are started one by one; a local stack makes its own.
 */
export function settings(environment: Environment = process.env, file = inWorkspace('.env')): Environment {
  return { ...(existsSync(file) ? accountIn(parseEnv(readFileSync(file, 'utf8'))) : {}), ...withoutEmpty(environment) };
}

function accountIn(file: Environment): Environment {
  const key = file['DIDIT_API_KEY'] ?? '';
  if (key === '' || key.startsWith(EXAMPLE)) return {};
  const account = withoutEmpty(Object.fromEntries([...VENDOR_VARIABLES, ...TUNABLE].map((name) => [name, file[name]])));
  // The stack knows its own address on this computer better than a file that was copied from the example.
  const origin = account['PUBLIC_BASE_URL'];
  return origin === undefined || !isLoopback(origin) ? account : { ...account, PUBLIC_BASE_URL: undefined };
}

const withoutEmpty = (environment: Environment): Environment => Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));

const isLoopback = (origin: string): boolean => URL.canParse(origin) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(origin).hostname);
