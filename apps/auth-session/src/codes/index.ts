export { AuthenticationCodes, type CodeRequest, type IssuedCode, type RevokedCode } from './authentication-codes';
export { CodesModule } from './codes.module';
export type { CodesOptions } from './codes-options';
export type { EventStamp } from './event-stamps';
export { KeyRing } from './key-ring';
/** JSON bodies of this service must be allowed to be this long: a batch's code and payees come back in one redemption. */
export const REDEEM_BODY_LIMIT_BYTES = 512 * 1024;
