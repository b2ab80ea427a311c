import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../settings';

/** Where the vendor hosts its check unless an account has a domain of its own. */
const VENDOR_DEFAULT = 'https://verify.didit.me';
const LEARNT_MAX = 20;

/**
 * Origins that a confirmation may lead to: browsers hold the redirect behind a form against the page's `form-action`. An account with a
 * domain of its own is learnt from the first session that names it.
 */
@Injectable()
export class HostedOrigins {
  private readonly origins: Set<string>;

  constructor(@Inject(SETTINGS) settings: Pick<Settings, 'diditBaseUrl'>) {
    this.origins = new Set([new URL(settings.diditBaseUrl).origin, VENDOR_DEFAULT]);
  }

  list(): string[] {
    return [...this.origins];
  }

  /** Whether pages that were served before this call allow the redirect; from now on they do. */
  learn(hostedUrl: string): boolean {
    const { origin } = new URL(hostedUrl);
    if (this.origins.has(origin)) return true;
    if (this.origins.size < LEARNT_MAX) this.origins.add(origin);
    return false;
  }
}
