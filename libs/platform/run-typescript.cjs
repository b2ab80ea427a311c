'use strict';
/** Runs a TypeScript file of this repository in a process of its own, compiled as Jest compiles: node libs/platform/run-typescript.cjs FILE */
const path = require('node:path');
const swc = require('@swc/core');
const { swcOptions } = require('../../tools/swc-options.cjs');

require('reflect-metadata');
const options = swcOptions();
require.extensions['.ts'] = (module, file) => module._compile(swc.transformFileSync(file, options).code, file);
require(path.resolve(process.argv[2]));
