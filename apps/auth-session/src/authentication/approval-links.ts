import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../settings';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const PURPOSE = 'approval-link/1';

/**
 * Links to the approval page. A token is derived from a secret and the authentication's key, so that the link can be given again without
 * being stored; what the database holds is its hash. 256 bits; whoever has it may approve, so it appears in no log.
 */
@Injectable()
export class ApprovalLinks {
  private readonly key: KeyObject;

  constructor(@Inject(SETTINGS) private readonly settings: Pick<Settings, 'approvalTokenSecret' | 'publicBaseUrl'>) {
    this.key = createSecretKey(settings.approvalTokenSecret.reveal());
  }

  tokenOf(key: string): string {
    return createHmac('sha256', this.key).update(`${PURPOSE}\n${key}`, 'utf8').digest('base64url');
  }

  /** The hash under which the row is found. */
  hashOf(key: string): Buffer {
    return sha256(this.tokenOf(key));
  }

  /** The hash of a token out of a URL, or null for a text that is none. */
  hashOfToken(token: string): Buffer | null {
    return TOKEN.test(token) ? sha256(token) : null;
  }

  urlOf(key: string): string {
    return `${this.settings.publicBaseUrl}${ApprovalLinks.pathOf(this.tokenOf(key))}`;
  }

  static pathOf(token: string): string {
    return `/approve/${token}`;
  }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();
