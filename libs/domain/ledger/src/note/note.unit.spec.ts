import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { EMPTY_ROOT, type Hash, hashToBase64, leafHash } from '../tree/hash';
import { type Checkpoint, openCheckpoint, parseCheckpoint, signCheckpoint } from './checkpoint';
import { openNote, parseNote, signNote } from './signed-note';
import { noteSigner, parseVerifierKey, type NoteSigner, type VerifierKey } from './verifier-key';

interface Vectors {
  signers: { name: string; seedBase64: string; verifierKey: string; text: string; note: string }[];
  notes: { verifierKey: string; note: string }[];
}
const vectors = JSON.parse(readFileSync(path.join(__dirname, '../../../../testing/vectors/note-vectors.json'), 'utf8')) as Vectors;

const signerOf = (name: string, fill: number): NoteSigner => {
  const signer = noteSigner(name, Buffer.alloc(32, fill));
  if (!signer.ok) throw new Error(signer.error);
  return signer.value;
};
const keyOf = (text: string): VerifierKey => {
  const key = parseVerifierKey(text);
  if (!key.ok) throw new Error(key.error);
  return key.value;
};
const ledger = signerOf('ledger.example/assent', 1);
const witness = signerOf('witness.example', 2);
const checkpoint: Checkpoint = { origin: 'ledger.example/assent', size: 1234, root: leafHash('root') };

describe('published notes', () => {
  it.each(vectors.signers)('$name signs as published, and its key is written as published', ({ name, seedBase64, verifierKey, text, note }) => {
    const signer = noteSigner(name, Buffer.from(seedBase64, 'base64'));
    expect(signer.ok && signer.value.verifier.text).toBe(verifierKey);
    expect(signer.ok && signNote(text, [signer.value])).toBe(note);
    expect(openNote(note, [keyOf(verifierKey)])).toMatchObject({ ok: true, value: { text } });
  });

  it.each(vectors.notes)('$verifierKey verifies its note', ({ verifierKey, note }) => {
    expect(openNote(note, [keyOf(verifierKey)]).ok).toBe(true);
  });
});

describe('a verifier key', () => {
  const { text } = ledger.verifier;

  it('reads back what a signer writes', () => {
    expect(parseVerifierKey(text)).toMatchObject({ ok: true, value: { name: ledger.verifier.name, keyId: ledger.verifier.keyId, text } });
  });

  it.each([
    ['another name under the same id', text.replace('assent', 'absent'), 'KEY_ID_WRONG'],
    ['another id', text.replace(/\+[0-9a-f]{8}\+/, '+00000000+'), 'KEY_ID_WRONG'],
    ['an upper-case id', text.replace(/\+[0-9a-f]{8}\+/, (id) => id.toUpperCase().replace(/\d/g, 'A')), 'KEY_MALFORMED'],
    ['no key', 'ledger.example+00000000+', 'KEY_MALFORMED'],
    ['no name', text.slice(text.indexOf('+')), 'KEY_MALFORMED'],
    ['a blank in the name', text.replace('/assent', ' assent'), 'KEY_MALFORMED'],
    ['a key of another type', `a+00000000+${Buffer.concat([Buffer.of(2), Buffer.alloc(32)]).toString('base64')}`, 'KEY_TYPE_UNKNOWN'],
    ['half a key', `a+00000000+${Buffer.concat([Buffer.of(1), Buffer.alloc(16)]).toString('base64')}`, 'KEY_TYPE_UNKNOWN'],
    ['trailing text', `${text}\n`, 'KEY_MALFORMED'],
  ])('is refused with %s', (_, bad, error) => {
    expect(parseVerifierKey(bad)).toEqual({ ok: false, error });
  });

  it('takes a key as openssl writes it, and no key of another algorithm', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    expect(noteSigner('a', privateKey.export({ format: 'der', type: 'pkcs8' })).ok).toBe(true);
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    expect(noteSigner('a', elliptic.export({ format: 'der', type: 'pkcs8' }))).toEqual({ ok: false, error: 'KEY_MALFORMED' });
    expect(noteSigner('a', Buffer.alloc(31))).toEqual({ ok: false, error: 'KEY_MALFORMED' });
    expect(noteSigner('a b', Buffer.alloc(32))).toEqual({ ok: false, error: 'NAME_MALFORMED' });
    expect(noteSigner('', Buffer.alloc(32))).toEqual({ ok: false, error: 'NAME_MALFORMED' });
  });
});

describe('a checkpoint', () => {
  const note = signCheckpoint(checkpoint, ledger);

  it('is three lines, a blank one and the signature', () => {
    const lines = note.split('\n');
    expect(lines.slice(0, 4)).toEqual(['ledger.example/assent', '1234', hashToBase64(checkpoint.root), '']);
    expect(lines[4]).toMatch(/^— ledger\.example\/assent [A-Za-z0-9+/]+=*$/);
    expect(lines.slice(5)).toEqual(['']);
  });

  it('opens with the log key, also beside signatures of others', () => {
    expect(openCheckpoint(note, ledger.verifier)).toEqual({ ok: true, value: checkpoint });
    const cosigned = signNote(parsed(note), [witness, ledger]);
    expect(openCheckpoint(cosigned, ledger.verifier)).toEqual({ ok: true, value: checkpoint });
  });

  it('does not open with a key that did not sign it, nor with the same name and another key', () => {
    expect(openCheckpoint(note, witness.verifier)).toEqual({ ok: false, error: 'NOTE_UNSIGNED' });
    expect(openCheckpoint(note, signerOf('ledger.example/assent', 9).verifier)).toEqual({ ok: false, error: 'NOTE_UNSIGNED' });
  });

  it('does not open when it speaks of another log', () => {
    const other = signNote(parsed(signCheckpoint({ ...checkpoint, origin: 'other.example' }, ledger)), [ledger]);
    expect(openCheckpoint(other, ledger.verifier)).toEqual({ ok: false, error: 'ORIGIN_WRONG' });
  });

  it('never opens after a change of any one character', () => {
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.constantFrom(...Array.from('0123456789abcXYZ+/=\n —')), (at, letter) => {
        fc.pre(note[at] !== letter);
        const changed = note.slice(0, at) + letter + note.slice(at + 1);
        expect(openCheckpoint(changed, ledger.verifier).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('spoils with one bad signature of a known key, even beside a good one', () => {
    const bad = signNote(parsed(signCheckpoint({ ...checkpoint, size: 1 }, ledger)), [ledger]).split('\n\n')[1]!;
    expect(openNote(note + bad, [ledger.verifier])).toEqual({ ok: false, error: 'SIGNATURE_INVALID' });
  });

  it.each([
    ['a size with a leading zero', 'a\n01\n' + hashToBase64(EMPTY_ROOT) + '\n'],
    ['a negative size', 'a\n-1\n' + hashToBase64(EMPTY_ROOT) + '\n'],
    ['a size beyond what is counted exactly', 'a\n9007199254740993\n' + hashToBase64(EMPTY_ROOT) + '\n'],
    ['a short root', 'a\n1\n' + hashToBase64(EMPTY_ROOT).slice(4) + '\n'],
    ['no root', 'a\n1\n'],
    ['no origin', '\n1\n' + hashToBase64(EMPTY_ROOT) + '\n'],
    ['an empty extension line', 'a\n1\n' + hashToBase64(EMPTY_ROOT) + '\n\n'],
    ['no final newline', 'a\n1\n' + hashToBase64(EMPTY_ROOT)],
  ])('is refused with %s', (_, text) => {
    expect(parseCheckpoint(text)).toEqual({ ok: false, error: 'CHECKPOINT_MALFORMED' });
  });

  it('may be of the empty log', () => {
    const empty: Checkpoint = { origin: 'ledger.example/assent', size: 0, root: EMPTY_ROOT };
    expect(openCheckpoint(signCheckpoint(empty, ledger), ledger.verifier)).toEqual({ ok: true, value: empty });
  });

  it('is not signed for a size or origin that cannot be written', () => {
    expect(() => signCheckpoint({ ...checkpoint, size: 0.5 }, ledger)).toThrow('invariant');
    expect(() => signCheckpoint({ ...checkpoint, origin: 'two\nlines' }, ledger)).toThrow('invariant');
    expect(() => signCheckpoint({ ...checkpoint, root: 'short' as Hash }, ledger)).toThrow('invariant');
  });
});

describe('a note', () => {
  it.each([
    ['without signatures', 'text\n\n'],
    ['without blank line', 'text\n— a AAAAAAA=\n'],
    ['with a control character', 'te\u0007xt\n\n— a AAAAAAA=\n'],
    ['with a carriage return', 'text\r\n\n— a AAAAAAA=\n'],
    ['with a lone surrogate', '\ud800\n\n— a AAAAAAA=\n'],
    ['with a hyphen for the dash', 'text\n\n- a AAAAAAA=\n'],
    ['with a signature that is only a key id', 'text\n\n— a AAAAAA==\n'],
    ['with another spelling of base64', 'text\n\n— a AAAAAAB=\n'],
    ['with text after the signatures', 'text\n\n— a AAAAAAA=\nmore'],
    ['with a thousand signatures', `text\n\n${'— a AAAAAAA=\n'.repeat(1000)}`],
    ['that is empty', ''],
  ])('%s is refused', (_, note) => {
    expect(parseNote(note)).toEqual({ ok: false, error: 'NOTE_MALFORMED' });
  });

  it('may have blank lines in its text', () => {
    const text = 'one\n\ntwo\n\n';
    expect(openNote(signNote(text, [ledger]), [ledger.verifier])).toMatchObject({ ok: true, value: { text } });
  });
});

function parsed(note: string): string {
  const result = parseNote(note);
  if (!result.ok) throw new Error(result.error);
  return result.value.text;
}
