import { type SpawnOptions, spawn } from 'node:child_process';

export interface Outcome {
  /** Null where the program could not be started at all. */
  readonly code: number | null;
  /** The last part of what it said, both streams. */
  readonly words: string;
}

const WORDS_MAX = 8000;

/** Runs a program to its end, without input. Never throws: whoever asked knows what a failure means and what to do about it. */
export function runProgram(command: string, args: readonly string[], options: Omit<SpawnOptions, 'stdio'> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    let words = '';
    const child = spawn(command, [...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (words = `${words}${text}`.slice(-WORDS_MAX)));
    child.once('error', (error) => resolve({ code: null, words: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, words: words.trim() }));
  });
}
