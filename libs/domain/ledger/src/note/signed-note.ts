import { sign, verify } from 'node:crypto';
import { invariant, ok, refuse, type Result } from '@assent/kernel';
import { isKeyName, type NoteSigner, type VerifierKey } from './verifier-key';

/** A text and who signed it (C2SP signed-note). The text means nothing until a known key's signature has been verified. */
export interface SignedNote {
  /** With its final newline, without the blank line after it: exactly what is signed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly name: string;
  /** Eight lower-case hex digits. */
  readonly keyId: string;
  readonly signature: Buffer;
}

/** More than any log, its witnesses and their post-quantum signatures need. */
const NOTE_LENGTH_MAX = 200_000;
const SIGNATURES_MAX = 64;
const KEY_ID_BYTES = 4;
const SIGNATURE_LINE = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u;
// eslint-disable-next-line no-control-regex -- control characters other than the newline are what must not occur
const FORBIDDEN = /[\u0000-\u0009\u000b-\u001f]/;

const isNoteText = (text: string): boolean => text.endsWith('\n') && !FORBIDDEN.test(text) && text.isWellFormed();

/** Signs a text (ending in a newline) and writes the note. Ed25519 is deterministic: the same text and key give the same note. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  invariant(isNoteText(text), 'a note is text that ends in a newline');
  const lines = signers.map(({ verifier, privateKey }) => {
    const signature = Buffer.concat([Buffer.from(verifier.keyId, 'hex'), sign(null, Buffer.from(text, 'utf8'), privateKey)]);
    return `— ${verifier.name} ${signature.toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/** Takes a note apart without verifying anything. */
export function parseNote(note: string): Result<SignedNote, 'NOTE_MALFORMED'> {
  const end = note.lastIndexOf('\n\n');
  if (note.length > NOTE_LENGTH_MAX || !isNoteText(note) || end < 0) return refuse('NOTE_MALFORMED');
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > SIGNATURES_MAX) return refuse('NOTE_MALFORMED');
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const [, name, data] = SIGNATURE_LINE.exec(line) ?? [];
    if (name === undefined || data === undefined || !isKeyName(name)) return refuse('NOTE_MALFORMED');
    const bytes = Buffer.from(data, 'base64');
    if (bytes.length <= KEY_ID_BYTES || bytes.toString('base64') !== data) return refuse('NOTE_MALFORMED');
    signatures.push({ name, keyId: bytes.toString('hex', 0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) });
  }
  return ok({ text: note.slice(0, end + 1), signatures });
}

/**
 * The text of a note that at least one of these keys signed. Signatures of unknown keys are ignored, as the format asks; a bad one of a known
 * key spoils the note.
 */
export function openNote(note: string, keys: readonly VerifierKey[]): Result<SignedNote, 'NOTE_MALFORMED' | 'NOTE_UNSIGNED' | 'SIGNATURE_INVALID'> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const text = Buffer.from(parsed.value.text, 'utf8');
  let verified = 0;
  for (const { name, keyId, signature } of parsed.value.signatures) {
    const key = keys.find((candidate) => candidate.name === name && candidate.keyId === keyId);
    if (key === undefined) continue;
    if (!verify(null, text, key.publicKey, signature)) return refuse('SIGNATURE_INVALID');
    verified += 1;
  }
  return verified === 0 ? refuse('NOTE_UNSIGNED') : ok(parsed.value);
}
