// as: libs/contracts/src/sample.ts
// red: @nx/enforce-module-boundaries: Circular dependency between "contracts" and "adapter-kafka"
import * as kafka from '@assent/kafka';

export const sample = kafka;
