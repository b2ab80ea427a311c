import { PORTRAIT_BYTES_MAX, PORTRAIT_TYPES } from './portrait-image';

export { type PortraitOwner, type PortraitReference, Portraits } from './portraits';
export { PortraitsModule } from './portraits.module';
export type { PortraitsOptions } from './portraits-options';
/** The service's `binaryBodies`: portraits reach their controller as bytes, larger ones are answered 413. */
export const PORTRAIT_BODIES = { contentTypes: PORTRAIT_TYPES, limitBytes: PORTRAIT_BYTES_MAX } as const;
