/** Not a test: the smallest whole images of each type, as files begin and end. */
export const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
export const WEBP = Buffer.from('UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAUAmJaQAA3AA/v02aAA=', 'base64');
export const JPEG = Buffer.concat([Buffer.from('ffd8ffe000104a46494600010101004800480000', 'hex'), Buffer.alloc(600, 0x20), Buffer.from('ffd9', 'hex')]);
/** Another face of the same size. */
export const OTHER_JPEG = Buffer.concat([JPEG.subarray(0, -2), Buffer.from('face'), Buffer.from('ffd9', 'hex')]);
