import { declaredTypeOf, imageTypeOf } from './portrait-image';
import { JPEG, PNG, WEBP } from './portrait-samples.spec';

describe('what an image is, by its bytes', () => {
  test.each([['image/jpeg', JPEG], ['image/png', PNG], ['image/webp', WEBP]])('%s', (type, bytes) => {
    expect(imageTypeOf(bytes)).toBe(type);
  });

  test.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['a single byte', Buffer.of(0xff)],
    ['a JPEG that was cut off', Buffer.concat([JPEG.subarray(0, 20), Buffer.alloc(4000)])],
    ['a PNG that was cut off', Buffer.concat([PNG.subarray(0, 40), Buffer.alloc(4000)])],
    ['a WebP that was cut off', WEBP.subarray(0, WEBP.length - 4)],
    ['a WAV file', Buffer.from('RIFF\x10\0\0\0WAVEfmt \0\0\0\0', 'latin1')],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['HTML', Buffer.from('<!doctype html><script>1</script>')],
    ['a GIF', Buffer.from('GIF89a\x01\0\x01\0', 'latin1')],
    ['base64 of a PNG', Buffer.from(PNG.toString('base64'))],
    ['JSON', Buffer.from('{"image":"x"}')],
  ])('%s is no portrait', (_what, bytes) => {
    expect(imageTypeOf(bytes)).toBeNull();
  });

  test.each([['image/jpeg', 'image/jpeg'], ['IMAGE/PNG; q=1', 'image/png'], ['image/webp;a=b', 'image/webp'], ['image/svg+xml', null], ['image/tiff', null], ['text/image/png', null], ['', null], [undefined, null]])(
    'the declared type %p is read as %p', (declared, type) => {
      expect(declaredTypeOf(declared)).toBe(type);
    },
  );
});
