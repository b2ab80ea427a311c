import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inWorkspace } from '../workspace';

/** Root's PostgreSQL runs as another user, who must pass through (not read) this folder; what lies in it is closed on its own. */
const FOLDER_MODE = process.getuid?.() === 0 ? 0o711 : 0o700;

/** The one folder, ignored by git, in which a local stack keeps everything: data, ports, secrets, logs. Files in it are readable by their owner only. */
export class StateFolder {
  constructor(readonly folder: string = process.env['ASSENT_STATE_DIR'] ?? inWorkspace('.assent')) {
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
    chmodSync(folder, FOLDER_MODE);
  }

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  /** A folder inside, made if it is missing. */
  subfolder(...parts: string[]): string {
    const folder = this.path(...parts);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** What `write` wrote, or null. A file that is not JSON counts as missing: it can only be half of a write that a power cut ended. */
  read(name: string): unknown {
    const file = this.path(name);
    if (!existsSync(file)) return null;
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as unknown;
    } catch {
      return null;
    }
  }

  /** Whole or not at all: written beside, then renamed. */
  write(name: string, value: unknown): void {
    this.writeText(name, `${JSON.stringify(value, null, 2)}\n`);
  }

  writeText(name: string, text: string): void {
    const file = this.path(name);
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const beside = `${file}.${process.pid}`;
    writeFileSync(beside, text, { mode: 0o600 });
    renameSync(beside, file);
  }

  remove(name: string): void {
    rmSync(this.path(name), { recursive: true, force: true });
  }
}
