import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { unreachable, wrongUse } from '../command-end';

/** Where a running stack says that it is (`npm start` writes it). */
export const STACK_FILE = path.join('.assent', 'stack.json');

const stackFile = z.object({
  kafka: z.object({ brokers: z.array(z.string()) }).optional(),
  services: z.record(z.string(), z.object({ url: z.url(), pid: z.number().int().nullable().optional() })),
  gateway: z.object({ id: z.string(), apiKey: z.string() }),
});
export type RunningStack = z.infer<typeof stackFile>;

/** @throws CommandEnd where no stack runs in this folder, or its file cannot be read */
export async function runningStack(file = STACK_FILE): Promise<RunningStack> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw unreachable(`no stack is running in this folder (there is no ${file}): start one with npm start`);
  }
  const parsed = stackFile.safeParse(parseJson(text));
  if (!parsed.success) throw wrongUse(`${file} is not the file of a running stack: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
