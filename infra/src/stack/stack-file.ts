import { type ProgramName } from '../services';
import { type StateFolder } from '../state/state-folder';

/** Where a running stack is: the file that other people's programs read (contract: interface section 3). */
export interface StackFile {
  readonly kafka: { readonly brokers: readonly string[] };
  readonly postgres: { readonly url: string };
  readonly services: Readonly<Partial<Record<ProgramName, { readonly url: string; readonly pid: number }>>>;
  readonly gateway: { readonly id: string; readonly apiKey: string };
  /** `pid` is null where the engine is not our process. */
  readonly engines: { readonly kafka: { readonly pid: number | null }; readonly postgres: { readonly pid: number | null } };
}

const STACK_FILE = 'stack.json';

export const stackFilePath = (state: StateFolder): string => state.path(STACK_FILE);
export const writeStackFile = (state: StateFolder, stack: StackFile): void => state.write(STACK_FILE, stack);
export const removeStackFile = (state: StateFolder): void => state.remove(STACK_FILE);
