import { existsSync } from 'node:fs';
import path from 'node:path';

/** The folder that holds package.json, prisma/ and dist/. Found by walking up, since this file also runs from dist/. */
export const workspaceRoot: string = findRoot(__dirname);

function findRoot(from: string): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json')) && existsSync(path.join(folder, 'prisma'))) return folder;
    if (folder === path.dirname(folder)) throw new Error(`no workspace above ${path.basename(from)}: package.json and prisma/ must lie beside each other`);
  }
}

/** A path inside the workspace. */
export const inWorkspace = (...parts: string[]): string => path.join(workspaceRoot, ...parts);
