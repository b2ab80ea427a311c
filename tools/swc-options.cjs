'use strict';
/**
 * The one set of swc options: the build (tools/compile.cjs) and Jest compile the same way.
 * `paths` come from tsconfig.base.json, so that an alias is written down once; `baseUrl` must be absolute, hence a function.
 */
const { readFileSync } = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');

function swcOptions() {
  const { compilerOptions } = JSON.parse(readFileSync(path.join(root, 'tsconfig.base.json'), 'utf8'));
  return {
    swcrc: false,
    sourceMaps: 'inline',
    module: { type: 'commonjs' },
    jsc: {
      target: 'es2024',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      keepClassNames: true,
      baseUrl: root,
      paths: compilerOptions.paths,
    },
  };
}

module.exports = { swcOptions, root };
