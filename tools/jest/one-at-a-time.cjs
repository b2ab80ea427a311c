'use strict';
/** Test files that each run a whole stack: one after the other, however many cores there are, since they share its folder and its ports. */
const { default: TestRunner } = require('jest-runner');

module.exports = class OneAtATime extends TestRunner {
  isSerial = true;
};
