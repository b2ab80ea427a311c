/** Exit codes of every command. */
export const EXIT = {
  done: 0,
  /** The answer is no, or a check failed. */
  no: 1,
  wrongUse: 2,
  unreachable: 3,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a word for a person and an exit code for a program. The message names no secret. */
export class CommandEnd extends Error {
  constructor(
    readonly exitCode: ExitCode,
    message: string,
  ) {
    super(message);
  }
}

export const wrongUse = (message: string): CommandEnd => new CommandEnd(EXIT.wrongUse, message);
export const unreachable = (message: string): CommandEnd => new CommandEnd(EXIT.unreachable, message);

/** Words go to standard error: standard output belongs to the data. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`);
export const print = (text: string): void => void process.stdout.write(`${text}\n`);
