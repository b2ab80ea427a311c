// as: libs/contracts/src/sample.ts
// red: @nx/enforce-module-boundaries: not allowed to import "kafkajs"
import { Kafka } from 'kafkajs';

export const sample = Kafka;
