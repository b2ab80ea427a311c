'use strict';
/**
 * Compiles TypeScript sources to dist/ with swc, mirroring the tree (apps/x/src/main.ts → dist/apps/x/src/main.js), and removes what has lost its source.
 * Usage: node tools/compile.cjs [folder …]   default: everything that runs outside of tests. Types are checked by `npm run typecheck`.
 */
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const swc = require('@swc/core');
const { swcOptions, root } = require('./swc-options.cjs');

const DEFAULT_FOLDERS = ['apps', 'libs', 'infra', 'e2e', 'bench', 'prisma/generated'];
const SKIPPED = new Set(['node_modules', 'dist']);

function* filesBelow(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) yield* filesBelow(file);
    } else yield file;
  }
}

const isCode = (file) => file.endsWith('.ts') && !/\.(d|spec|sample)\.ts$/.test(file);
/** Data that code imports lies beside it; what describes a project does not. */
const isData = (file) => file.endsWith('.json') && file.split(path.sep).includes('src');
const targetOf = (file) => path.join(root, 'dist', path.relative(root, file).replace(/\.ts$/, '.js'));

/** Written beside and renamed: a program that starts meanwhile reads the old file or the new one, never half of one. */
function write(target, text) {
  mkdirSync(path.dirname(target), { recursive: true });
  const beside = `${target}.${process.pid}`;
  writeFileSync(beside, text);
  renameSync(beside, target);
}

function compile(file, options) {
  const target = targetOf(file);
  if (existsSync(target) && statSync(target).mtimeMs > statSync(file).mtimeMs) return false;
  write(target, isCode(file) ? swc.transformFileSync(file, options).code : readFileSync(file));
  return true;
}

/** Other options, another compiler: everything is compiled again. */
function forgetWhatOtherOptionsMade(options) {
  const stamp = path.join(root, 'dist', '.options');
  const wanted = createHash('sha256').update(JSON.stringify(options)).update(swc.version).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  for (const folder of DEFAULT_FOLDERS) rmSync(path.join(root, 'dist', folder), { recursive: true, force: true });
  write(stamp, wanted);
}

const options = swcOptions();
forgetWhatOtherOptionsMade(options);
const folders = process.argv.length > 2 ? process.argv.slice(2) : DEFAULT_FOLDERS;
let written = 0;
for (const folder of folders) {
  const sources = [...filesBelow(path.join(root, folder))].filter((file) => isCode(file) || isData(file));
  for (const file of sources) if (compile(file, options)) written += 1;
  const wanted = new Set(sources.map(targetOf));
  // Another run may be about to rename what it has written beside its target.
  for (const file of filesBelow(path.join(root, 'dist', folder))) if (/\.js(on)?$/.test(file) && !wanted.has(file)) rmSync(file, { force: true });
}
if (written > 0) process.stderr.write(`compiled ${written} files\n`);
