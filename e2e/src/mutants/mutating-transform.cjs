'use strict';
/** Jest's ordinary transform, after one source file was changed as ASSENT_MUTANT says. */
const { createTransformer } = require('@swc/jest');
const path = require('node:path');
const { root, swcOptions } = require('../../../tools/swc-options.cjs');
const mutants = require('./mutants.cjs');

const mutant = mutants.find(({ name }) => name === process.env.ASSENT_MUTANT);
if (mutant === undefined) throw new Error(`no mutant is called ${process.env.ASSENT_MUTANT}`);
const file = path.join(root, mutant.file);
const swc = createTransformer(swcOptions());

function mutated(source, filename) {
  if (filename !== file) return source;
  if (source.split(mutant.from).length !== 2) throw new Error(`${mutant.file} does not hold once: ${mutant.from}`);
  return source.replace(mutant.from, () => mutant.to);
}

module.exports = {
  process: (source, filename, options) => swc.process(mutated(source, filename), filename, options),
  getCacheKey: (source, filename, options) => swc.getCacheKey(mutated(source, filename), filename, options),
};
