/** Forms of ids that several events share. */
export const GATEWAY_ID = { max: 63, pattern: '^[a-z0-9][a-z0-9-]*$', form: 'lower-case letters, digits and hyphens' } as const;
export const VERSION = { min: 0, max: Number.MAX_SAFE_INTEGER } as const;
/** A position in a log, or a count of its entries. */
export const LOG_INDEX = { min: 0, max: Number.MAX_SAFE_INTEGER } as const;
export const LOG_ID = { max: 128, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$', form: 'letters, digits, points, underscores and hyphens' } as const;
