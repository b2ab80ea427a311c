import type { ConfigProblem } from '../define-config';

/** Over plain HTTP anybody on the way reads approval links and API keys: fine on a developer's machine, refused in production. */
export function tlsInProduction(nodeEnv: string, urls: Readonly<Record<string, string>>): ConfigProblem[] {
  if (nodeEnv !== 'production') return [];
  return Object.entries(urls)
    .filter(([, url]) => !url.startsWith('https://'))
    .map(([name]) => ({ variable: name, message: 'must begin with https:// when NODE_ENV is production' }));
}
