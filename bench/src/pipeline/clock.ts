/** Milliseconds of the one clock that all processes of a computer share; never goes back. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;
