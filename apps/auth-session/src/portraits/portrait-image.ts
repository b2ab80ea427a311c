/** The image types that the vendor takes as a reference face. */
export const PORTRAIT_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type PortraitType = (typeof PORTRAIT_TYPES)[number];

/** The vendor's documents disagree between 1 and 2 MB; one that fits the smaller is taken by both. */
export const PORTRAIT_BYTES_MAX = 1_048_576;

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const ASCII = 'latin1';
/** Some cameras write a little after the end of the image. */
const PADDING_MAX = 1024;

function isJpeg(bytes: Buffer): boolean {
  // Start of image, then any marker; the end of image is the last thing but for padding, so a cut-off upload is none.
  return bytes.length > 4 && bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff && bytes.lastIndexOf(Buffer.of(0xff, 0xd9)) > bytes.length - PADDING_MAX;
}

const isPng = (bytes: Buffer): boolean =>
  bytes.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE) && bytes.lastIndexOf('IEND', undefined, ASCII) > bytes.length - PADDING_MAX;

function isWebp(bytes: Buffer): boolean {
  if (bytes.length <= 16 || bytes.toString(ASCII, 0, 4) !== 'RIFF' || bytes.toString(ASCII, 8, 12) !== 'WEBP') return false;
  // The container says how long it is, padded to an even number.
  return bytes.readUInt32LE(4) + 8 <= bytes.length + (bytes.length % 2);
}

/** What the bytes are by their own account (magic numbers and end marker), or null: a content type alone is only a claim. */
export function imageTypeOf(bytes: Buffer): PortraitType | null {
  if (isJpeg(bytes)) return 'image/jpeg';
  if (isPng(bytes)) return 'image/png';
  return isWebp(bytes) ? 'image/webp' : null;
}

/** The declared type of a request without its parameters, or null where no portrait may have it. */
export function declaredTypeOf(contentType: string | undefined): PortraitType | null {
  const [essence = ''] = (contentType ?? '').split(';');
  return PORTRAIT_TYPES.find((type) => type === essence.trim().toLowerCase()) ?? null;
}
