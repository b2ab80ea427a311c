import { Inject, Injectable } from '@nestjs/common';
import type { BlockPolicy } from '@assent/domain-session';
import { GatewayRegistry, subjectRef } from '@assent/platform';
import type { Tx } from '@assent/postgres';
import { AuthenticationCodes } from '../codes/authentication-codes';
import { SETTINGS, type Settings } from '../settings';
import { VendorTasks } from '../vendor/vendor-tasks';
import { ApprovalLinks } from './approval-links';
import { AuthenticationUnit } from './authentication-unit';
import { lockAuthentications } from './lock-authentications';
import { VerdictHeralds } from './verdict-heralds';

/** What a unit of work needs beside its transaction, and the way to begin one. */
@Injectable()
export class UnitServices {
  readonly blockPolicy: BlockPolicy;

  constructor(
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'subjectRefKey' | 'payerFailuresMax' | 'payerBlockSeconds'>,
    @Inject(GatewayRegistry) readonly gateways: GatewayRegistry,
    @Inject(ApprovalLinks) readonly links: ApprovalLinks,
    @Inject(AuthenticationCodes) readonly codes: AuthenticationCodes,
    @Inject(VendorTasks) readonly tasks: VendorTasks,
    @Inject(VerdictHeralds) readonly heralds: VerdictHeralds,
  ) {
    this.blockPolicy = { failuresMax: settings.payerFailuresMax, blockMs: settings.payerBlockSeconds * 1000 };
  }

  subjectRefOf(namespace: string, payerId: string): string {
    return subjectRef(this.settings.subjectRefKey, namespace, payerId);
  }

  /** Locks authentications, in order, and begins to work on them. */
  async begin(tx: Tx, keys: readonly string[]): Promise<AuthenticationUnit> {
    return new AuthenticationUnit(tx, await lockAuthentications(tx, keys), this);
  }
}
