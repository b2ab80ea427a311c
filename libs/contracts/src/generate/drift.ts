import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EVENTS } from '../events/registry';
import type { JsonSchema } from '../fields';
import { breakingChanges } from '../schema/additive';
import { documentName, type GeneratedDocument, generatedDocuments, schemaDocuments } from './documents';

const RELEASED = 'released';
const GATEWAY_DOCUMENTS: ReadonlySet<string> = new Set(Object.values(EVENTS).filter(({ writers }) => writers.gateways).map(documentName));

/** The folder of the documents, seen from any folder of the workspace. */
export function documentsFolder(from: string): string {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'nx.json'))) return path.join(folder, 'docs', 'events');
    if (folder === path.dirname(folder)) throw new Error('no workspace found here or above');
  }
}

const read = (file: string): string | null => (existsSync(file) ? readFileSync(file, 'utf8') : null);

/** Names of documents that are missing, differ from what the classes say, or belong to no event any more. */
export function driftedDocuments(folder: string, documents: readonly GeneratedDocument[] = generatedDocuments()): string[] {
  const names = new Set(documents.map(({ name }) => name));
  const present = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile()) : [];
  const orphans = present.map(({ name }) => name).filter((name) => !names.has(name));
  return [...documents.filter(({ name, text }) => read(path.join(folder, name)) !== text).map(({ name }) => name), ...orphans];
}

export function writeDocuments(folder: string): string[] {
  const drifted = new Set(driftedDocuments(folder));
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of generatedDocuments()) if (drifted.has(name)) writeFileSync(path.join(folder, name), text);
  return [...drifted];
}

/** What would break somebody who relies on the released schemas, each with its file; also a released event that is gone. */
export function changesSinceRelease(folder: string, documents: readonly GeneratedDocument[] = schemaDocuments()): string[] {
  const released = path.join(folder, RELEASED);
  const files = existsSync(released) ? readdirSync(released).filter((name) => name.endsWith('.json')) : [];
  const current = new Map(documents.map(({ name, text }) => [name, text]));
  return files.flatMap((name) => {
    const text = current.get(name);
    if (text === undefined) return [`${name}: the event is gone`];
    const before = JSON.parse(readFileSync(path.join(released, name), 'utf8')) as JsonSchema;
    const promised = !GATEWAY_DOCUMENTS.has(name);
    return breakingChanges(before, JSON.parse(text) as JsonSchema, { promised }).map((change) => `${name}: ${change}`);
  });
}

/** Makes the present schemas the released ones. Refuses (answers what breaks) unless they only add to the last release. */
export function release(folder: string): string[] {
  const breaking = changesSinceRelease(folder);
  if (breaking.length > 0) return breaking;
  mkdirSync(path.join(folder, RELEASED), { recursive: true });
  for (const { name, text } of schemaDocuments()) writeFileSync(path.join(folder, RELEASED, name), text);
  return [];
}
