import { Injectable } from '@nestjs/common';
import { DEFAULT_POLICY, type Policy } from '@assent/domain-exemption';

/** Which policy holds for a gateway now. One comes with the engine; every decision names the version that it was made under. */
@Injectable()
export class Policies {
  current(): Policy {
    return DEFAULT_POLICY;
  }
}
