import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { wrongUse } from '../command-end';

/** The content of a file that the user named, `-` for standard input. */
export async function readInput(file: string): Promise<string> {
  if (file === '-') return textOf(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'error';
    throw wrongUse(`${file} cannot be read (${code})`);
  }
}

/** A file of JSON. */
export async function readJson(file: string): Promise<unknown> {
  const text = await readInput(file);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw wrongUse(`${file} is not JSON`);
  }
}
