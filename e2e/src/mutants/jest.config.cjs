'use strict';
/** The repository's own tests, on a program with one fault in it (ASSENT_MUTANT). */
const config = require('../../../jest.config.cjs');

const transform = { '^.+\\.ts$': require.resolve('./mutating-transform.cjs') };
module.exports = { ...config, projects: config.projects.map((project) => ({ ...project, transform })) };
